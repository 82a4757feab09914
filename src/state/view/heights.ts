import type { ViewField } from './field.ts';

/** `height.kl=200`, a field for each panel whose height was chosen. */
export const heightsField: ViewField<Readonly<Record<string, number>>> = {
  names: ['height.'],
  initial: {},
  belongsTo: 'page',
  encode: (heights) => Object.entries(heights).map(([id, height]) => [`height.${id}`, String(height)]),
  decode(fields, drop) {
    const heights = new Map<string, number>();
    for (const [name, text] of fields) {
      const height = Number(text);
      if (Number.isInteger(height) && height > 0 && height < 10_000) heights.set(name.slice('height.'.length), height);
      else drop(name, `"${text}" is not a height in pixels`);
    }
    return Object.fromEntries(heights);
  },
};
