import type { IndexRange } from '../../../core/columns.ts';

interface Points {
  readonly index: Int32Array;
  readonly stream: Int32Array;
}

/**
 * How each point is drawn: 0 = its stream is hidden, 1 = pale (outside the visible range, or not picked), 2 = drawn.
 */
export function pointStates(
  { index, stream }: Points,
  visible: IndexRange | null,
  hidden: ReadonlySet<number>,
  picked: Int32Array | null,
): Uint8Array {
  const states = new Uint8Array(index.length);
  let next = 0;
  for (let i = 0; i < index.length; i += 1) {
    while (picked !== null && next < picked.length && picked[next] < index[i]) next += 1;
    const isPicked = picked === null || picked[next] === index[i];
    const isVisible = visible === null || (index[i] >= visible.from && index[i] < visible.to);
    states[i] = hidden.has(stream[i]) ? 0 : isPicked && isVisible ? 2 : 1;
  }
  return states;
}

/** Of points that are drawn only those of one colour; all where it is null. */
export function ofColor(states: Uint8Array, codes: Uint8Array, only: number | null): Uint8Array {
  return only === null ? states : states.map((state, i) => (state === 2 && codes[i] !== only ? 1 : state));
}

/** The point of an event, -1 if it is not on the map. `index` ascends. */
export function pointOf(index: Int32Array, event: number | null): number {
  if (event === null) return -1;
  let from = 0;
  let to = index.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (index[middle] < event) from = middle + 1;
    else to = middle;
  }
  return index[from] === event ? from : -1;
}
