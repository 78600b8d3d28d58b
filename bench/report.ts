// Figures as a person reads them: count, median, 95th and 99th percentile, largest; milliseconds.

export function report(title: string, latencies: readonly number[]): void {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    `${(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN).toFixed(0)} ms`;
  process.stdout.write(`${title}: n ${sorted.length}, p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, max ${at(1)}\n`);
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function pause(lengthMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, lengthMs);
  });
}
