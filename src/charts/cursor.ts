/**
 * The shared cursor: one axis position for all charts, NaN when there is none. It lives outside React so that a pointer
 * move redraws a few thin lines and nothing else.
 */
export interface Cursor {
  get(): number;
  set(x: number): void;
  subscribe(listener: () => void): () => void;
}

export function createCursor(): Cursor {
  let current = Number.NaN;
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set(x) {
      if (Object.is(x, current)) return;
      current = x;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
