// Whether this Node can run the program: undici, by which everything is asked, does not load on an older one. Loaded before anything else, so that an old
// Node gets a sentence and no stack.

/** As package.json's `engines` has it. */
export const OLDEST_NODE = '22.19';

/** What to say to whom runs an older one; undefined when it is new enough. */
export function tooOldWords(version: string): string | undefined {
  const [major, minor] = partsOf(version);
  const [oldestMajor, oldestMinor] = partsOf(OLDEST_NODE);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `headroom: Node.js ${version} is too old; ${OLDEST_NODE} or newer is needed. One comes with the packages: run node_modules/node/bin/node instead of node`;
}

function partsOf(version: string): readonly [major: number, minor: number] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return [major, minor];
}
