import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('./theme.css', import.meta.url), 'utf8');

/** The six-digit colours that a theme's block of tokens sets. */
function tokens(theme: string): Readonly<Record<string, string>> {
  const block = new RegExp(`data-theme='${theme}'\\] \\{([^}]*)\\}`).exec(css)![1];
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, color]) => [name, color]),
  );
}

/** Relative luminance and contrast of WCAG 2.2. */
function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5]
    .map((at) => parseInt(color.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const SURFACES = ['bg', 'bg-raised', 'bg-sunken', 'bg-hover'];

describe.each(['dark', 'light'])('%s theme', (theme) => {
  const color = tokens(theme);
  it.each(['text', 'text-dim', 'accent', 'danger', 'warn', 'ok'])('%s reads on every surface (AA, 4.5:1)', (name) => {
    for (const surface of SURFACES)
      expect(contrast(color[name], color[surface]), `${name} on ${surface}`).toBeGreaterThanOrEqual(4.5);
  });

  it.each(['border-strong', 'focus', 'overlay'])('%s is seen on the page and on panels (3:1)', (name) => {
    for (const surface of ['bg', 'bg-raised'])
      expect(contrast(color[name], color[surface]), `${name} on ${surface}`).toBeGreaterThanOrEqual(3);
  });

  it.each([
    ['on-accent', 'accent'],
    ['accent', 'accent-soft'],
    ['text', 'accent-soft'],
    ['text-dim', 'accent-soft'],
    ['warn', 'warn-soft'],
    ['text', 'danger-soft'],
  ])('%s reads on %s', (name, surface) => {
    expect(contrast(color[name], color[surface])).toBeGreaterThanOrEqual(4.5);
  });
});
