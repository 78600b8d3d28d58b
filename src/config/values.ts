// Values that several settings share: a URL, a TCP port.

import { z } from 'zod';

const PORT = 'a TCP port, 1 to 65535, or 0 for any free one';

export const port = z.coerce.number({ error: PORT }).int(PORT).min(0, PORT).max(65_535, PORT);

/** A URL of one of these protocols, or else this hint. */
export function url(protocol: RegExp, hint: string) {
  return z.url({ protocol, error: hint });
}
