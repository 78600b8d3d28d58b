// Draws the emoji this product uses, so that they look alike where no emoji font is installed.
// In: a Slack emoji name. Out: a small picture; for a name made of digits (part of a time) the text as it was; else the fallback.

import type { ReactNode } from 'react';

const CIRCLES: Readonly<Record<string, string>> = {
  red_circle: '#dd2e44',
  large_orange_circle: '#f4900c',
  orange_circle: '#f4900c',
  large_yellow_circle: '#fdcb58',
  yellow_circle: '#fdcb58',
  large_green_circle: '#78b159',
  green_circle: '#78b159',
  large_blue_circle: '#55acee',
  blue_circle: '#55acee',
  large_purple_circle: '#aa8ed6',
  white_circle: '#e6e7e8',
  black_circle: '#31373d',
};

const BADGE = { width: 16, height: 16, x: 1, y: 1, rx: 3 } as const;
const STROKE = { fill: 'none', strokeWidth: 2.2, strokeLinecap: 'round', strokeLinejoin: 'round' } as const;

const PICTURES: Readonly<Record<string, ReactNode>> = {
  white_check_mark: (
    <>
      <rect {...BADGE} fill="#77b255" />
      <path d="M5 9.4 8 12.2 13 5.8" stroke="#fff" {...STROKE} />
    </>
  ),
  heavy_check_mark: <path d="M3.5 9.8 7.4 13.4 14.5 4.6" stroke="#77b255" {...STROKE} />,
  x: <path d="M4 4 14 14M14 4 4 14" stroke="#dd2e44" {...STROKE} strokeWidth={3} />,
  information_source: (
    <>
      <rect {...BADGE} fill="#3b88c3" />
      <path d="M9 8.4V13M9 5.1v.1" stroke="#fff" {...STROKE} />
    </>
  ),
  warning: (
    <>
      <path d="M9 1.8 17 16H1Z" fill="#ffcc4d" stroke="#ffcc4d" strokeLinejoin="round" strokeWidth={1.4} />
      <path d="M9 6.4v4.2M9 13.4v.1" stroke="#231f20" {...STROKE} />
    </>
  ),
  mag: (
    <>
      <path d="M11.4 11.4 16 16" stroke="#9a4e1c" {...STROKE} strokeWidth={3} />
      <circle cx="7.4" cy="7.4" r="5.2" fill="#bdddf4" stroke="#66757f" strokeWidth={1.8} />
    </>
  ),
  no_entry: (
    <>
      <circle cx="9" cy="9" r="8" fill="#dd2e44" />
      <path d="M4.8 9h8.4" stroke="#fff" {...STROKE} strokeWidth={3} strokeLinecap="butt" />
    </>
  ),
  no_entry_sign: (
    <>
      <circle cx="9" cy="9" r="6.8" stroke="#dd2e44" {...STROKE} />
      <path d="M4.4 4.4 13.6 13.6" stroke="#dd2e44" {...STROKE} />
    </>
  ),
  bell: (
    <>
      <path d="M9 1.8c-3 0-4.8 2.3-4.8 5v3.6L2.4 13h13.2l-1.8-2.6V6.800c0-2.7-1.8-5-4.8-5Z" fill="#ffac33" />
      <circle cx="9" cy="14.6" r="1.9" fill="#ffac33" />
    </>
  ),
  no_bell: (
    <>
      <path d="M9 1.8c-3 0-4.8 2.3-4.8 5v3.6L2.4 13h13.2l-1.8-2.6V6.8c0-2.7-1.8-5-4.8-5Z" fill="#99aab5" />
      <path d="M2.5 2.500 15.5 15.500" stroke="#dd2e44" {...STROKE} />
    </>
  ),
  zzz: <path d="M3 9h5l-5 6.500h5M10 2.500h5l-5 6.500h5" stroke="#3b88c3" {...STROKE} strokeWidth={1.8} />,
  eyes: (
    <>
      <ellipse cx="5" cy="9" rx="3.6" ry="5.4" fill="#e1e8ed" stroke="#66757f" />
      <ellipse cx="13" cy="9" rx="3.6" ry="5.4" fill="#e1e8ed" stroke="#66757f" />
      <circle cx="4" cy="10" r="1.900" fill="#292f33" />
      <circle cx="12" cy="10" r="1.900" fill="#292f33" />
    </>
  ),
  bust_in_silhouette: (
    <>
      <circle cx="9" cy="5.8" r="4" fill="#3b88c3" />
      <path d="M1.8 16.500c0-4 3.2-6 7.2-6s7.2 2 7.2 6Z" fill="#3b88c3" />
    </>
  ),
  alarm_clock: (
    <>
      <circle cx="9" cy="9.8" r="6" fill="#e1e8ed" stroke="#dd2e44" strokeWidth={2} />
      <path d="M9 6.400V10l2.4 1.600M2 4.600 4.8 2M16 4.600 13.2 2" stroke="#292f33" {...STROKE} strokeWidth={1.5} />
    </>
  ),
  wrench: (
    <path
      d="M4 14 9.5 8.500M9.400 4.600a3.4 3.400 0 0 1 4.600-1.400L11.600 5.600l1 1 2.400-2.400a3.4 3.400 0 0 1-5.2 4"
      stroke="#66757f"
      {...STROKE}
    />
  ),
  leftwards_arrow_with_hook: (
    <>
      <rect {...BADGE} fill="#3b88c3" />
      <path d="M7.400 5 4.400 8l3 3M4.800 8h5.600a2.600 2.600 0 0 1 0 5.200H8.600" stroke="#fff" {...STROKE} strokeWidth={1.7} />
    </>
  ),
  hourglass_flowing_sand: (
    <>
      <path d="M4 1.500h10M4 16.500h10" stroke="#a0622b" {...STROKE} />
      <path d="M5 2h8c0 4-3 5-3 7s3 3 3 7H5c0-4 3-5 3-7S5 6 5 2Z" fill="#ffe8b6" stroke="#c79a63" />
      <path d="M6.2 15.500c0-2 2.8-3 2.8-4.5 0 1.5 2.8 2.5 2.8 4.500Z" fill="#ffac33" />
    </>
  ),
  rotating_light: (
    <>
      <path d="M4.5 13V8a4.5 4.5 0 0 1 9 0v5Z" fill="#dd2e44" />
      <rect x="2.5" y="13" width="13" height="3.4" rx="1" fill="#66757f" />
    </>
  ),
  lock: (
    <>
      <path d="M5.6 8V5.400a3.4 3.4 0 0 1 6.8 0V8" stroke="#aab8c2" {...STROKE} />
      <rect x="3.2" y="7.8" width="11.6" height="8.4" rx="1.6" fill="#ffac33" />
    </>
  ),
  bulb: (
    <>
      <path d="M9 1.500a5 5 0 0 1 2.6 9.300V13H6.400v-2.200A5 5 0 0 1 9 1.500Z" fill="#ffd983" />
      <path d="M7 15.400h4" stroke="#66757f" {...STROKE} />
    </>
  ),
  chart_with_upwards_trend: (
    <>
      <rect {...BADGE} fill="#e1e8ed" />
      <path d="M3.5 12.5 7 8.500l2.6 2 5-6" stroke="#dd2e44" {...STROKE} />
    </>
  ),
  repeat: (
    <>
      <rect {...BADGE} fill="#3b88c3" />
      <path
        d="M4.4 9V7.800a1.600 1.600 0 0 1 1.600-1.600h7M11.2 4.400 13.2 6.200 11.2 8M13.6 9v1.200a1.600 1.600 0 0 1-1.600 1.600H5M6.800 10 4.800 11.800l2 1.800"
        stroke="#fff"
        {...STROKE}
        strokeWidth={1.5}
      />
    </>
  ),
  arrows_counterclockwise: (
    <>
      <rect {...BADGE} fill="#3b88c3" />
      <path
        d="M5 8.500a4 4 0 0 1 7-2M13 9.500a4 4 0 0 1-7 2M12.4 4v2.800H9.600M5.6 14v-2.800h2.8"
        stroke="#fff"
        {...STROKE}
        strokeWidth={1.5}
      />
    </>
  ),
};

export function Emoji({ name, fallback }: { readonly name: string; readonly fallback: string }): ReactNode {
  if (/^\d+$/.test(name)) return `:${name}:`;
  const colour = CIRCLES[name];
  const picture = colour === undefined ? PICTURES[name] : <circle cx="9" cy="9" r="8" fill={colour} />;
  if (picture === undefined) return fallback;
  return (
    <svg className="emoji" viewBox="0 0 18 18" role="img" aria-label={name.replaceAll('_', ' ')}>
      {picture}
    </svg>
  );
}
