// A log and a meter that keep quiet.

import type { Log } from '../../src/ports/log.ts';
import type { Meter } from '../../src/ports/meter.ts';

const nothing = (): undefined => undefined;

export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silentLog };

export const silentMeter: Meter = { count: nothing, time: nothing, set: nothing };
