// How much memory a container wants at an instant: the one model behind kills, metrics and history. Pure. Bytes and milliseconds in, bytes out; the
// limit is not known here: whoever asks compares. Runs that began before the demo did (past) live in days, the others in a hurry (live).

import { noise } from './random.ts';

const MIB = 1024 * 1024;
const DAY_MS = 86_400_000;

/** Sizes in MiB, lengths in milliseconds at normal speed. */
export type Profile =
  /** Never exceeds anything. */
  | { readonly kind: 'steady'; readonly usual: number; readonly swing: number }
  /** A usual level with surges up to `peak`: one for each replica every `everyMs`. `rampMs`: from start to the usual level. */
  | {
      readonly kind: 'surge';
      readonly usual: number;
      readonly swing: number;
      readonly peak: number;
      readonly everyMs: number;
      readonly rampMs?: number;
      readonly exitCode: number;
    }
  /** Grows from `base` by `growth` every `everyMs`, without end. */
  | { readonly kind: 'leak'; readonly base: number; readonly growth: number; readonly everyMs: number }
  /** Files in a memory-backed volume, up to `most`, filled within `everyMs`, `first` of them by the first kill; they outlive the container, not the pod. */
  | { readonly kind: 'volume'; readonly base: number; readonly first: number; readonly most: number; readonly everyMs: number }
  /** Gets stuck every `everyMs`, until the kubelet kills it for its liveness probe. */
  | { readonly kind: 'stuck'; readonly usual: number; readonly swing: number; readonly everyMs: number };

export type RunTimes = {
  readonly startedAt: number;
  /** Began before the demo: its shape is stretched so that it reaches its first surge at `surgeAt`. */
  readonly past: boolean;
  /** When its first surge is highest. Infinity: never. */
  readonly surgeAt: number;
  /** Bytes already in the memory-backed volume when it started. */
  readonly volumeAtStart: number;
};

export type DemandInput = {
  readonly profile: Profile;
  readonly run: RunTimes;
  readonly at: number;
  /** Ten: everything happens ten times faster. */
  readonly speed: number;
  /** 1 is normal. */
  readonly load: number;
  /** Any number; makes replicas differ. */
  readonly phase: number;
};

const RAMP_MS = 6000;
const RISE_MS = 12_000;
/** The demo's first kills come soon after its begin; nothing has begun before it. */
const PAST_RISE_MS = 2500;
const FALL_MS = 8000;

export function demandBytes(input: DemandInput): number {
  return Math.round(demandMib(input) * input.load * MIB);
}

function demandMib(input: DemandInput): number {
  const { profile, run } = input;
  switch (profile.kind) {
    case 'steady':
    case 'stuck':
      return (profile.usual + profile.swing * wave(input)) * ramp(input, RAMP_MS);
    case 'surge':
      return Math.max(
        2,
        (profile.usual + profile.swing * wave(input)) * ramp(input, profile.rampMs ?? RAMP_MS) + surge(input, profile),
      );
    case 'leak':
      return (
        (profile.base + 3 * wave(input)) * ramp(input, RAMP_MS) +
        profile.growth * (run.past ? pastShare(input) : liveShare(input, profile.everyMs))
      );
    case 'volume':
      return (profile.base + 2 * wave(input)) * ramp(input, RAMP_MS) + volumeBytes(input) / MIB;
  }
}

/** What lies in the memory-backed volume; 0 for profiles without one. */
export function volumeBytes(input: DemandInput): number {
  const { profile, run } = input;
  if (profile.kind !== 'volume') return 0;
  const written = run.past ? pastShare(input) * profile.first : liveShare(input, profile.everyMs) * profile.most;
  return Math.min(profile.most * MIB, run.volumeAtStart + written * MIB);
}

/** Days of growth to just below the first kill, and the rest in its last moments. */
function pastShare({ run, at, speed }: DemandInput): number {
  const whole = Math.max(1, run.surgeAt - run.startedAt);
  const rest = Math.min(1, Math.max(0, 1 - ((run.surgeAt - at) * speed) / PAST_RISE_MS));
  return (0.965 * Math.max(0, at - run.startedAt)) / whole + 0.06 * rest;
}

function liveShare({ run, at, speed }: DemandInput, everyMs: number): number {
  return (Math.max(0, at - run.startedAt) * speed) / everyMs;
}

/** From a third to all of it: programs load themselves first. */
function ramp({ run, at, speed }: DemandInput, lengthMs: number): number {
  return 0.3 + 0.7 * Math.min(1, (Math.max(0, at - run.startedAt) * speed) / lengthMs);
}

/** A day, some minutes, and noise: between -1 and 1. */
function wave({ at, phase }: DemandInput): number {
  const day = Math.sin((2 * Math.PI * at) / DAY_MS + phase);
  const minutes = Math.sin((2 * Math.PI * at) / (37 * 60_000) + 3 * phase);
  return 0.5 * day + 0.3 * minutes + 0.2 * noise(phase, Math.floor(at / 15_000));
}

type Surge = Extract<Profile, { readonly kind: 'surge' }>;

/** What a surge adds: up in twelve seconds, down in eight, again after each period. */
function surge({ run, at, speed }: DemandInput, { usual, swing, peak, everyMs }: Surge): number {
  const rise = (run.past ? PAST_RISE_MS : RISE_MS) / speed;
  if (at < run.surgeAt - rise) return 0;
  const every = everyMs / speed;
  const since = ((at - run.surgeAt + rise) % every) - rise;
  const height = peak - usual + swing;
  if (since <= 0) return height * Math.max(0, 1 + since / rise) ** 2;
  return height * Math.max(0, 1 - (since * speed) / FALL_MS);
}
