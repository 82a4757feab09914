/** Colours as numbers: sRGB parsing, relative luminance and contrast (WCAG 2.2, 1.4.11). */

/** Linear-light red, green, blue in 0..1. */
export type LinearRgb = readonly [r: number, g: number, b: number];

const toLinear = (channel: number): number =>
  channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;

/** Parses `#rgb`, `#rrggbb` (alpha ignored) and `rgb(…)`; null for anything else. */
export function parseColor(text: string): LinearRgb | null {
  const css = text.trim();
  const hex = /^#([0-9a-f]{3,8})$/i.exec(css)?.[1];
  if (hex && [3, 4, 6, 8].includes(hex.length)) {
    const step = hex.length < 6 ? 1 : 2;
    const channel = (i: number) => {
      const digits = hex.slice(i * step, (i + 1) * step);
      return toLinear(parseInt(step === 1 ? digits + digits : digits, 16) / 255);
    };
    return [channel(0), channel(1), channel(2)];
  }
  const parts = /^rgba?\(([^)]+)\)$/i
    .exec(css)?.[1]
    ?.split(/[\s,/]+/)
    .map(Number);
  if (parts && parts.length >= 3 && parts.slice(0, 3).every(Number.isFinite)) {
    return [toLinear(parts[0] / 255), toLinear(parts[1] / 255), toLinear(parts[2] / 255)];
  }
  return null;
}

/** Relative luminance, 0 (black) to 1 (white). */
export const luminance = ([r, g, b]: LinearRgb): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** Contrast ratio of two colours, 1 to 21; NaN when one of them cannot be parsed. */
export function contrast(a: string, b: string): number {
  const [first, second] = [parseColor(a), parseColor(b)];
  if (!first || !second) return Number.NaN;
  const [x, y] = [luminance(first), luminance(second)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** The same colour with an alpha of 0..1, as `#rrggbbaa`; anything but six-digit hex is returned as it is. */
export function withAlpha(hex: string, alpha: number): string {
  if (!/^#[0-9a-f]{6}$/i.test(hex)) return hex;
  return (
    hex +
    Math.round(Math.min(1, Math.max(0, alpha)) * 255)
      .toString(16)
      .padStart(2, '0')
  );
}
