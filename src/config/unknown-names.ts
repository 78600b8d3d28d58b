// Names that no setting has: whoever mistypes one is told, for nothing else would tell. Each name of the .env file, which is ours; of the environment, which
// is everybody's, only what begins as our settings do or is nearly one. Warnings, because it may be meant for another program.

import { distance } from 'fastest-levenshtein';
import { nearest } from '../domain/base/nearest.ts';
import { SETTINGS } from './env.ts';

type Values = Readonly<Record<string, string | undefined>>;

const PREFIXES = ['HEADROOM_', 'SLACK_', 'PROMETHEUS_', 'LOCAL_SLACK_'];
/** This many edits from one of ours: hardly anybody else's. */
const NEARLY = 1;
/** What Kubernetes gives each pod for each Service: PROMETHEUS_SERVICE_HOST, PROMETHEUS_PORT_9090_TCP_ADDR, and PROMETHEUS_PORT with an address in it. */
const OF_A_SERVICE = /_SERVICE_(HOST|PORT)(_\w+)?$|_PORT_\d+_(TCP|UDP|SCTP)(_\w+)?$/;
const ADDRESS_OF_A_SERVICE = /^(tcp|udp|sctp):\/\//;

const KNOWN: readonly string[] = SETTINGS.map(({ name }) => name);

/** A sentence for each, without a value in it. */
export function unknownNames({
  dotenv,
  environment,
}: {
  readonly dotenv: Values;
  readonly environment: Values;
}): readonly string[] {
  const unknown = (values: Values): readonly string[] => Object.keys(values).filter((name) => !KNOWN.includes(name));
  return [
    ...unknown(dotenv).map((name) => words(name, '.env')),
    ...unknown(environment)
      .filter((name) => looksLikeOurs(name, environment[name] ?? ''))
      .map((name) => words(name, 'the environment')),
  ];
}

function looksLikeOurs(name: string, value: string): boolean {
  if (OF_A_SERVICE.test(name) || ADDRESS_OF_A_SERVICE.test(value)) return false;
  return PREFIXES.some((prefix) => name.startsWith(prefix)) || KNOWN.some((known) => distance(known, name) <= NEARLY);
}

function words(name: string, place: string): string {
  const meant = nearest({ candidates: KNOWN, text: name, distance, limit: 2 });
  const best = meant.filter((each) => distance(each, name) === distance(meant[0] ?? each, name));
  const question = best.length === 0 ? '' : `; did you mean ${best.join(' or ')}?`;
  return `${name} in ${place} is not a setting and does nothing${question}`;
}
