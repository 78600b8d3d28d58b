// Memory sizes: the one place where text such as "256Mi" becomes a number of bytes and back.
// In and out are whole bytes. Quantities follow Kubernetes' resource.Quantity grammar: an integer or decimal, then one of
// the suffixes Ki Mi Gi Ti Pi Ei (powers of 1024), k M G T P E (powers of 1000), m (thousandths) or an exponent (e3, E3).
// Anything the API server would reject is refused here with a sentence that says why.

declare const bytes: unique symbol;

/** A whole, non-negative number of bytes, at most Number.MAX_SAFE_INTEGER (8 PiB). */
export type Bytes = number & { readonly [bytes]: true };

export type ParsedQuantity =
  | { readonly kind: 'bytes'; readonly bytes: Bytes }
  | { readonly kind: 'invalid'; readonly reason: string };

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;

/** The powers behind Kubernetes' quantity suffixes (apimachinery pkg/api/resource/suffix.go). */
const FACTORS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['m', 1e-3],
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
  ['P', 1e15],
  ['E', 1e18],
  ['Ki', KIB],
  ['Mi', MIB],
  ['Gi', GIB],
  ['Ti', 1024 * GIB],
  ['Pi', 1024 ** 2 * GIB],
  ['Ei', 1024 ** 3 * GIB],
]);

const QUANTITY = /^([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:([eE][+-]?[0-9]+)|(m|k|[MGTPE]i?|Ki))?$/;

export function isBytes(value: unknown): value is Bytes {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Brands a number as bytes. Throws RangeError when it is not a whole, non-negative, safe integer: a programming fault. */
export function toBytes(value: number): Bytes {
  if (!isBytes(value)) throw new RangeError(`not a whole number of bytes: ${value}`);
  return value;
}

export function mebibytes(count: number): Bytes {
  return toBytes(Math.ceil(count * MIB));
}

/** Parses a Kubernetes memory quantity. Fractions of a byte round up, as the API server does. */
export function parseQuantity(text: string): ParsedQuantity {
  const match = QUANTITY.exec(text.trim());
  if (match === null) {
    return invalid(`"${text.slice(0, 40)}" is not a memory quantity; write for example 256Mi, 1.5Gi or 128974848`);
  }
  const [, digits = '', exponent, suffix = ''] = match;
  const factor = exponent === undefined ? FACTORS.get(suffix) : Number(`1${exponent}`);
  const value = Math.max(0, Math.ceil(Number(digits) * (factor ?? Number.NaN) - 1e-9));
  if (!isBytes(value)) return invalid(`"${text.slice(0, 40)}" is larger than any machine's memory`);
  return { kind: 'bytes', bytes: value };
}

function invalid(reason: string): ParsedQuantity {
  return { kind: 'invalid', reason };
}

/** The bytes of a quantity, or undefined when it is absent or not a quantity. For reading a cluster's own objects. */
export function quantityBytes(text: string | undefined): Bytes | undefined {
  if (text === undefined) return undefined;
  const parsed = parseQuantity(text);
  return parsed.kind === 'bytes' ? parsed.bytes : undefined;
}

/**
 * The shortest exact Kubernetes spelling: 268435456 → "256Mi", 1610612736 → "1536Mi", 100 → "100".
 * parseQuantity(formatQuantity(n)) is always n.
 */
export function formatQuantity(value: Bytes): string {
  for (const [suffix, unit] of [
    ['Gi', GIB],
    ['Mi', MIB],
    ['Ki', KIB],
  ] as const) {
    if (value > 0 && value % unit === 0) return `${value / unit}${suffix}`;
  }
  return String(value);
}

/** For people: "256 MiB", "1.5 GiB", "255.8 MiB", "12 KiB"; at most one decimal. */
export function formatBytes(value: Bytes): string {
  if (value >= GIB) return `${decimal(value / GIB)} GiB`;
  if (value >= MIB) return `${decimal(value / MIB)} MiB`;
  if (value >= KIB) return `${decimal(value / KIB)} KiB`;
  return `${value} B`;
}

function decimal(value: number): string {
  const rounded = Math.round(value * 10) / 10;
  return Number.isInteger(rounded) ? String(rounded) : rounded.toFixed(1);
}

/** Upper bound in MiB, then the step in MiB that people would choose there (docs/sizing.md). */
const STEPS: readonly (readonly [upToMib: number, stepMib: number])[] = [
  [512, 16],
  [1024, 32],
  [2048, 64],
  [4096, 128],
  [8192, 256],
  [Number.POSITIVE_INFINITY, 512],
];

/** Rounds up to a size a person would have written: 598 MiB × 1.15 = 687.7 MiB becomes 704 MiB. */
export function roundUpToStep(value: number): Bytes {
  const mib = value / MIB;
  const step = STEPS.find(([upTo]) => mib <= upTo)?.[1] ?? 512;
  return mebibytes(Math.ceil(mib / step) * step);
}
