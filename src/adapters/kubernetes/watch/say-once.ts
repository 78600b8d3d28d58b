// Says each kind of problem once, and at most so many different ones: a cluster full of nonsense must neither fill the log nor the memory.

export function createOnce(most: number, say: (words: string) => void): (words: string) => void {
  const said = new Set<string>();
  return (words) => {
    if (said.has(words) || said.size >= most) return;
    said.add(words);
    say(words);
  };
}
