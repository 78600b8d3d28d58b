// An SVG as PNG, drawn by resvg (no browser, no fonts of the machine): the font comes with the packages. Loaded only when a workspace needs it.

import { createRequire } from 'node:module';
import { join } from 'node:path';

export async function pngOf(svg: string): Promise<Uint8Array<ArrayBuffer>> {
  const { Resvg } = await import('@resvg/resvg-js');
  const fonts = join(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json'), '../ttf');
  const font = { loadSystemFonts: false, fontFiles: [join(fonts, 'DejaVuSans.ttf')], defaultFontFamily: 'DejaVu Sans' };
  return new Uint8Array(new Resvg(svg, { font }).render().asPng());
}
