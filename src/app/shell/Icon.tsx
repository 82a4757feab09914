import type { ReactNode } from 'react';

const PATHS = {
  menu: 'M2.5 4h11M2.5 8h11M2.5 12h11',
  check: 'M3 8.5l3.2 3.2L13 4.8',
  close: 'M4 4l8 8M12 4l-8 8',
  reset: 'M3.5 8a4.5 4.5 0 1 0 1.5-3.35M3.2 2.6v2.6h2.6',
  undo: 'M3.5 6.5h6a3.2 3.2 0 0 1 0 6.5H6M5.8 3.8L3 6.5l2.8 2.7',
  redo: 'M12.5 6.5h-6a3.2 3.2 0 0 0 0 6.5H10M10.2 3.8L13 6.5l-2.8 2.7',
  pencil: 'M3 13l.7-2.8 7-7 2.1 2.1-7 7zM9.4 4.5l2.1 2.1',
  trash: 'M3 4.5h10M6 4.5V3h4v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5',
  sun:
    'M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3' +
    'M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9',
  moon: 'M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6z',
  system: 'M2 3.5h12v7.5H2zM5.5 13.5h5M8 11v2.5',
  link:
    'M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2-2a2.6 2.6 0 0 0-3.7-3.7l-.7.7' +
    'M9.2 6.8a2.6 2.6 0 0 0-3.7 0l-2 2a2.6 2.6 0 0 0 3.7 3.7l.7-.7',
  help: 'M5.8 6.2a2.2 2.2 0 1 1 3.3 1.9c-.7.4-1.1.8-1.1 1.7M8 12.2v.1',
  chevronDown: 'M4 6l4 4 4-4',
  chevronLeft: 'M10 4l-4 4 4 4',
  chevronRight: 'M6 4l4 4-4 4',
  search: 'M7 3a4 4 0 1 1 0 8 4 4 0 0 1 0-8M10 10l3.5 3.5',
  evidence: 'M2.5 3h6M2.5 6h4M2.5 9h2.5M10 6.2a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4M12.4 11.8l2 2',
  zoom: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  sliders: 'M2 4.5h6M11 4.5h3M9.5 3v3M2 11.5h3M8 11.5h6M6.5 10v3',
  folder: 'M1.8 12.8V3.5h4.5l1.5 1.8h6.4v7.5z',
  file: 'M4 1.8h5l3.2 3.2v9.2H4zM9 1.8V5h3.2',
  globe: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2M2 8h12M8 2c2 2 2.6 4 2.6 6S10 12 8 14c-2-2-2.6-4-2.6-6S6 4 8 2',
  wave: 'M1.5 8h3.3c1 0 1.2-4 2.1-4s1.2 8 2.2 8 1.2-4 2.1-4h3.3',
} as const;

export type IconName = keyof typeof PATHS;

/** A 16 px line icon; decorative, so the control that holds it carries the name. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }): ReactNode {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The mark: a taut line with a ripple. */
export function Mark({ width = 44 }: { readonly width?: number }): ReactNode {
  return (
    <svg className="mark" width={width} height={(width * 24) / 64} viewBox="0 0 64 24" fill="none" aria-hidden="true">
      <path
        d="M4 12h19c3 0 3.5-9 6.2-9s4 18 6.8 18 3.6-12.5 6.2-12.5S45 12 47 12h13"
        stroke="var(--accent)"
        strokeWidth="2.2"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="4" cy="12" r="2.6" fill="var(--text-dim)" />
      <circle cx="60" cy="12" r="2.6" fill="var(--text-dim)" />
    </svg>
  );
}
