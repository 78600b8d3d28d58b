// Runs in a network namespace of its own, whose only network is its loopback: a third party's Slack listens on every address there is and takes orders from
// anybody. What reaches it comes through a Unix socket. Arguments: the program, its configuration, its port, the socket. Ends with its standard input.

import { spawn, spawnSync } from 'node:child_process';
import { connect, createServer } from 'node:net';

const [program = '', configuration = '', port = '', socketPath = ''] = process.argv.slice(2);

const up = spawnSync('ip', ['link', 'set', 'lo', 'up'], { encoding: 'utf8' });
if (up.status !== 0) throw new Error(`ip link set lo up: ${up.error?.message ?? up.stderr}`);

const slack = spawn(program, ['--config', configuration, '--port', port], { stdio: ['ignore', 'inherit', 'inherit'] });
const relay = createServer((outside) => {
  const inside = connect(Number(port), '127.0.0.1');
  for (const end of [outside, inside]) end.on('error', () => undefined);
  outside.pipe(inside).pipe(outside);
  outside.on('close', () => inside.destroy());
  inside.on('close', () => outside.destroy());
}).listen(socketPath);

process.stdin.resume();
process.stdin.on('end', () => slack.kill('SIGKILL'));
slack.on('close', () => {
  relay.close();
  process.stdin.destroy();
});
