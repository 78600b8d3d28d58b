// The nearest right words for a mistyped one. The distance is an argument, so that a library can supply it.

export type NearestQuestion = {
  readonly candidates: readonly string[];
  readonly text: string;
  /** How many edits turn one text into the other. */
  readonly distance: (a: string, b: string) => number;
  readonly limit: number;
};

/** Longer texts are full names, copied rather than typed. */
const LONGEST_SWAPPED = 16;

/**
 * At most `limit` candidates, nearest first; only those that are near enough to have been meant (half of the text's length, at least 2 edits). Two letters
 * swapped, and nothing else, are one edit, as fingers make it: "tpo" is nearer to "top" than to "pod".
 */
export function nearest({ candidates, text, distance, limit }: NearestQuestion): readonly string[] {
  const enough = Math.max(2, Math.floor(text.length / 2));
  const swapped = text.length <= LONGEST_SWAPPED ? swapsOf(text) : [];
  const editsOf = (candidate: string): number =>
    swapped.some((each) => candidate === each || candidate.startsWith(`${each}-`)) ? 1 : distance(candidate, text);
  return candidates
    .map((candidate) => ({ candidate, edits: candidate.includes(text) ? 0 : editsOf(candidate) }))
    .filter(({ edits }) => edits <= enough)
    .toSorted((a, b) => a.edits - b.edits || a.candidate.localeCompare(b.candidate))
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

/** The text with two neighbouring letters swapped, at each place. */
function swapsOf(text: string): readonly string[] {
  return Array.from(
    { length: Math.max(0, text.length - 1) },
    (_, at) => `${text.slice(0, at)}${text.charAt(at + 1)}${text.charAt(at)}${text.slice(at + 2)}`,
  );
}
