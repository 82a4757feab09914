/** A text cut at the first place where it holds another, without case: before, held, after. */
export function cutAt(text: string, held: string): readonly [before: string, held: string, after: string] {
  if (held === '') return [text, '', ''];
  const pattern = new RegExp(held.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`), 'iu');
  const found = pattern.exec(text);
  if (!found) return [text, '', ''];
  const end = found.index + found[0].length;
  return [text.slice(0, found.index), found[0], text.slice(end)];
}

/** The place of the last of ascending numbers that is at most `value`; -1 before the first. */
export function placeOf(values: Int32Array, value: number): number {
  let from = 0;
  let to = values.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (values[middle] <= value) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}

/** The hit after, or before, an event, round the ends; null where there is none. */
export function nextHit(indices: Int32Array, at: number | null, forward: boolean): number | null {
  if (indices.length === 0) return null;
  if (at === null) return indices[forward ? 0 : indices.length - 1];
  const place = placeOf(indices, at);
  const next = forward ? place + 1 : indices[place] === at ? place - 1 : place;
  return indices[(next + indices.length) % indices.length];
}
