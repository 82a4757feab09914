import { useSyncExternalStore } from 'react';
import { luminance, parseColor } from './color.ts';
import type { Mode } from './palette.ts';

/** The page's design tokens as final values, for canvases that cannot read CSS custom properties. */
export interface ChartTheme {
  readonly mode: Mode;
  readonly bg: string;
  readonly bgRaised: string;
  readonly text: string;
  readonly textDim: string;
  readonly border: string;
  readonly accent: string;
  readonly danger: string;
  readonly warn: string;
  readonly ok: string;
  readonly grid: string;
  readonly band: string;
  readonly overlay: string;
  readonly fontUi: string;
  readonly fontMono: string;
}

/** A colour role that a panel names and the theme resolves. */
export type Tone = 'danger' | 'warn' | 'ok' | 'accent' | 'dim';

export const toneColor = (tone: Tone, theme: ChartTheme): string => (tone === 'dim' ? theme.textDim : theme[tone]);

/** The design tokens as they are now. */
export function readTheme(): ChartTheme {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const background = parseColor(token('bg'));
  return {
    mode: background !== null && luminance(background) > 0.4 ? 'light' : 'dark',
    bg: token('bg'),
    bgRaised: token('bg-raised'),
    text: token('text'),
    textDim: token('text-dim'),
    border: token('border'),
    accent: token('accent'),
    danger: token('danger'),
    warn: token('warn'),
    ok: token('ok'),
    grid: token('grid'),
    band: token('band'),
    overlay: token('overlay'),
    fontUi: token('font-ui'),
    fontMono: token('font-mono'),
  };
}

let current: ChartTheme | null = null;
const listeners = new Set<() => void>();
let stop: (() => void) | null = null;

function refresh(): void {
  const next = readTheme();
  if (current && JSON.stringify(next) === JSON.stringify(current)) return;
  current = next;
  for (const listener of listeners) listener();
}

/**
 * Watches what can change the tokens: attributes of the root element, stylesheets that arrive, and the system's
 * preference.
 */
function watch(): () => void {
  const root = new MutationObserver(refresh);
  root.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'class', 'style'] });
  const head = new MutationObserver(refresh);
  head.observe(document.head, { childList: true, subtree: true, characterData: true });
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', refresh);
  window.addEventListener('load', refresh);
  return () => {
    root.disconnect();
    head.disconnect();
    system.removeEventListener('change', refresh);
    window.removeEventListener('load', refresh);
  };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  stop ??= watch();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      stop?.();
      stop = null;
    }
  };
}

/** The current design tokens; re-renders when the theme changes. */
export function useChartTheme(): ChartTheme {
  return useSyncExternalStore(subscribe, () => (current ??= readTheme()));
}
