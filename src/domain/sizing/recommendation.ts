// What to do about a kill: raise to a number with its arithmetic, or advice without one. Never only a number.

import type { Bytes } from '../base/memory.ts';

export type Recommendation =
  | {
      readonly kind: 'raise';
      readonly limit: Bytes;
      /** The request to write with it; undefined leaves the request as it is. */
      readonly request?: Bytes | undefined;
      /** One sentence: "New limit 736Mi = the highest of …". */
      readonly arithmetic: string;
      /** One sentence on the request; undefined where it stays as it is. */
      readonly requestWords?: string | undefined;
      /** Names what cut the number down, with the uncapped value; undefined when nothing did. */
      readonly cappedBy?: string | undefined;
      /** A stop-gap for a leak: it delays the next kill, it does not end them. */
      readonly temporary: boolean;
      readonly advice: readonly string[];
    }
  | {
      /** A different limit is not the answer; the advice is. */
      readonly kind: 'advise';
      readonly reason: string;
      readonly advice: readonly string[];
    };
