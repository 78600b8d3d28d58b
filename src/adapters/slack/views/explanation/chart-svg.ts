// The same chart as a drawing, for a workspace that refuses Slack's own: working set against the limit, the kill at the right edge, UTC below. A string of
// SVG; no text of a cluster is in it.

import type { Bytes } from '../../../../domain/base/memory.ts';
import { formatBytes, MIB } from '../../../../domain/base/memory.ts';
import { DAY, MINUTE } from '../../../../domain/base/time.ts';
import type { UsagePoint } from '../../../../domain/evidence/evidence.ts';

const PICTURE = { width: 960, height: 400 } as const;
const AREA = { left: 88, right: 930, top: 46, bottom: 344 } as const;
const COLOR = { text: '#454245', grid: '#e2e2e2', usage: '#1264a3', fill: '#1264a322', limit: '#e01e5a' } as const;
/** Above the higher of limit and highest sample, so that the line of the limit is seen. */
const HEADROOM = 1.12;
const GRID_LINES = 4;
const TIME_LABELS = 6;

export type Drawn = { readonly points: readonly UsagePoint[]; readonly limit: Bytes | undefined };

/** Of at least two points, oldest first. */
export function chartSvg({ points, limit }: Drawn): string {
  const top = Math.max(limit ?? 0, ...points.map(({ bytes }) => bytes), MIB) * HEADROOM;
  const [from = 0, to = 1] = [points[0]?.at, points.at(-1)?.at];
  const x = (at: number): number => round(AREA.left + ((at - from) / Math.max(1, to - from)) * (AREA.right - AREA.left));
  const y = (bytes: number): number => round(AREA.bottom - (bytes / top) * (AREA.bottom - AREA.top));
  const line = points.map(({ at, bytes }) => `${x(at)},${y(bytes)}`).join(' ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${PICTURE.width}" height="${PICTURE.height}" font-family="DejaVu Sans" font-size="14" fill="${COLOR.text}">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    ...grid(top, y),
    ...times(from, to).map(({ at, label }) => text(label, { x: x(at), y: AREA.bottom + 24, anchor: 'middle' })),
    text('UTC', { x: AREA.right, y: AREA.bottom + 46, anchor: 'end' }),
    `<polygon points="${AREA.left},${AREA.bottom} ${line} ${AREA.right},${AREA.bottom}" fill="${COLOR.fill}"/>`,
    `<polyline points="${line}" fill="none" stroke="${COLOR.usage}" stroke-width="3" stroke-linejoin="round"/>`,
    ...(limit === undefined ? [] : limitLine(limit, y(limit))),
    text('■ In use (working set)', { x: AREA.left, y: 26, color: COLOR.usage }),
    '</svg>',
  ].join('');
}

function limitLine(limit: Bytes, at: number): readonly string[] {
  return [
    `<line x1="${AREA.left}" x2="${AREA.right}" y1="${at}" y2="${at}" stroke="${COLOR.limit}" stroke-width="2.5" stroke-dasharray="9 6"/>`,
    text(`╌ Limit ${formatBytes(limit)}`, { x: AREA.left + 210, y: 26, color: COLOR.limit }),
  ];
}

function grid(top: number, y: (bytes: number) => number): readonly string[] {
  return Array.from({ length: GRID_LINES + 1 }, (_, index) => (top * index) / GRID_LINES).flatMap((bytes) => [
    `<line x1="${AREA.left}" x2="${AREA.right}" y1="${y(bytes)}" y2="${y(bytes)}" stroke="${COLOR.grid}"/>`,
    text(`${Math.round(bytes / MIB)} MiB`, { x: AREA.left - 10, y: y(bytes) + 5, anchor: 'end' }),
  ]);
}

function times(from: number, to: number): readonly { readonly at: number; readonly label: string }[] {
  return Array.from({ length: TIME_LABELS }, (_, index) => {
    const at = from + ((to - from) * index) / (TIME_LABELS - 1);
    return { at, label: timeLabel(new Date(at).toISOString(), to - from) };
  });
}

/** With the day over a day, with seconds where minutes would be the same. */
function timeLabel(iso: string, spanMs: number): string {
  if (spanMs > DAY) return `${iso.slice(5, 10)} ${iso.slice(11, 16)}`;
  return spanMs < TIME_LABELS * MINUTE ? iso.slice(11, 19) : iso.slice(11, 16);
}

type Where = { readonly x: number; readonly y: number; readonly anchor?: 'middle' | 'end'; readonly color?: string };

function text(words: string, { x, y, anchor, color = COLOR.text }: Where): string {
  return `<text x="${x}" y="${y}" fill="${color}"${anchor === undefined ? '' : ` text-anchor="${anchor}"`}>${words}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
