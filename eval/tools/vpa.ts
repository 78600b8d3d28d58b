// The VerticalPodAutoscaler's recommender for memory, written anew from pkg/recommender of version 1.7.1 (model/container.go, util/histogram.go,
// util/decaying_histogram.go, logic/estimator.go): a decaying histogram of one peak for each container and day. It gives the same targets as the real
// one on recorded pairs (eval/data/vpa-pairs.jsonl.gz). Bytes and milliseconds; resource amounts are whole bytes there, cut off, as here.

const DAY_MS = 86_400_000;
const FIRST_BUCKET = 1e7;
const RATIO = 1.05;
const LARGEST = 1e12;
const EPSILON = 0.0001;
const BUCKETS = Math.ceil(Math.log((LARGEST * (RATIO - 1)) / FIRST_BUCKET + 1) / Math.log(RATIO)) + 1;
const MOST_EXPONENT = 100;
const MARGIN = 0.15;
const MIB = 2 ** 20;

export type VpaBounds = { readonly target: number; readonly lower: number; readonly upper: number };

class Histogram {
  readonly #weights = new Float64Array(BUCKETS);
  #total = 0;
  #reference = 0;

  add(bytes: number, atMs: number): void {
    const weight = this.#decay(atMs);
    const bucket = bucketOf(bytes);
    this.#weights[bucket] = (this.#weights[bucket] ?? 0) + weight;
    this.#total += weight;
  }

  subtract(bytes: number, atMs: number): void {
    const weight = this.#decay(atMs);
    const bucket = bucketOf(bytes);
    this.#total = rest(this.#total, weight);
    this.#weights[bucket] = rest(this.#weights[bucket] ?? 0, weight);
  }

  percentile(share: number): number {
    let first = 0;
    let last = BUCKETS - 1;
    while (first < BUCKETS && (this.#weights[first] ?? 0) < EPSILON) first += 1;
    while (last >= 0 && (this.#weights[last] ?? 0) < EPSILON) last -= 1;
    if (last < 0) return 0;
    const threshold = share * this.#total;
    let sum = 0;
    let bucket = first;
    for (; bucket < last; bucket += 1) {
      sum += this.#weights[bucket] ?? 0;
      if (sum >= threshold) break;
    }
    return startOf(Math.min(bucket + 1, BUCKETS - 1));
  }

  #decay(atMs: number): number {
    if (atMs > this.#reference + MOST_EXPONENT * DAY_MS) this.#shift(atMs);
    return 2 ** ((atMs - this.#reference) / DAY_MS);
  }

  #shift(atMs: number): void {
    const next = Math.round(atMs / DAY_MS) * DAY_MS;
    const factor = 2 ** Math.round((this.#reference - next) / DAY_MS);
    for (const bucket of this.#weights.keys()) this.#weights[bucket] = (this.#weights[bucket] ?? 0) * factor;
    this.#total *= factor;
    this.#reference = next;
  }
}

function rest(value: number, taken: number): number {
  const left = value - taken;
  return left < EPSILON ? 0 : left;
}

function bucketOf(bytes: number): number {
  if (bytes < FIRST_BUCKET) return 0;
  const bucket = Math.floor(Math.log((bytes * (RATIO - 1)) / FIRST_BUCKET + 1) / Math.log(RATIO));
  return Math.min(bucket, BUCKETS - 1);
}

function startOf(bucket: number): number {
  return bucket === 0 ? 0 : (FIRST_BUCKET * (RATIO ** bucket - 1)) / (RATIO - 1);
}

export class VpaRecommender {
  readonly #histogram = new Histogram();
  #first: number | undefined;
  #last = 0;
  #samples = 0;

  container(): VpaContainer {
    return new VpaContainer(this.#histogram);
  }

  /** Confidence counts samples of the processor, which come with every sample of memory. */
  seen(atMs: number, samples = 1): void {
    this.#first ??= atMs;
    this.#last = atMs;
    this.#samples += samples;
  }

  bounds(): VpaBounds {
    const days = Math.min((this.#last - (this.#first ?? this.#last)) / DAY_MS, this.#samples / 1440);
    const margined = (share: number): number => {
      const base = Math.trunc(this.#histogram.percentile(share));
      return base + Math.trunc(base * MARGIN);
    };
    const least = (bytes: number): number => Math.max(bytes, 250 * MIB);
    return {
      target: least(margined(0.9)),
      lower: least(Math.trunc(margined(0.5) * (1 + 0.001 / days) ** -2)),
      upper: least(Math.min(LARGEST_AMOUNT, Math.trunc(margined(0.95) * (1 + 1 / days)))),
    };
  }
}

const LARGEST_AMOUNT = 1e14;

/** One container's state: the peak of the present day, and apart from it what a kill made of it. */
export class VpaContainer {
  readonly #histogram: Histogram;
  #windowEnd: number | undefined;
  #peak = 0;
  #killPeak = 0;
  #lastSample = Number.NEGATIVE_INFINITY;

  constructor(histogram: Histogram) {
    this.#histogram = histogram;
  }

  sample(atMs: number, bytes: number): void {
    if (atMs >= this.#lastSample) this.#add(atMs, bytes, false);
  }

  killed(atMs: number, request: number): void {
    if (this.#windowEnd !== undefined && atMs < this.#windowEnd - DAY_MS) return;
    const used = Math.max(request, this.#peak);
    this.#add(atMs, Math.max(used + 100 * MIB, Math.trunc(used * 1.2)), true);
  }

  #add(atMs: number, bytes: number, isKill: boolean): void {
    this.#lastSample = atMs;
    this.#windowEnd ??= atMs;
    const highest = Math.max(this.#peak, this.#killPeak);
    if (atMs < this.#windowEnd) {
      if (highest === 0 || bytes <= highest) return;
      this.#histogram.subtract(highest, this.#windowEnd);
    } else {
      this.#windowEnd += Math.floor((atMs - this.#windowEnd) / DAY_MS) * DAY_MS + DAY_MS;
      this.#peak = 0;
      this.#killPeak = 0;
    }
    this.#histogram.add(bytes, this.#windowEnd);
    if (isKill) this.#killPeak = bytes;
    else this.#peak = bytes;
  }
}
