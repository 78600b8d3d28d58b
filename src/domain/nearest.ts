// The nearest right words for a mistyped one. The distance is an argument, so that a library can supply it.

export type NearestQuestion = {
  readonly candidates: readonly string[];
  readonly text: string;
  /** How many edits turn one text into the other. */
  readonly distance: (a: string, b: string) => number;
  readonly limit: number;
};

/** At most `limit` candidates, nearest first; only those that are near enough to have been meant (half of the text's length, at least 2 edits). */
export function nearest({ candidates, text, distance, limit }: NearestQuestion): readonly string[] {
  const enough = Math.max(2, Math.floor(text.length / 2));
  return candidates
    .map((candidate) => ({ candidate, edits: candidate.includes(text) ? 0 : distance(candidate, text) }))
    .filter(({ edits }) => edits <= enough)
    .toSorted((a, b) => a.edits - b.edits || a.candidate.localeCompare(b.candidate))
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}
