import { useCallback, useEffect, useRef, useState } from 'react';
import { createCursor, type Cursor } from '../../charts/cursor.ts';
import { actions, session } from '../../state/store.ts';
import type { Axis } from '../../workers/protocol.ts';

/** In axis units of the time axis; timestamps are no finer. */
const MICROSECOND = 1e-3;

/** The cursor of all charts, tied to the store's event index in both directions; at most one look-up is under way. */
export function useSharedCursor(
  axis: Axis,
  events: number,
): { readonly cursor: Cursor; readonly onCursor: (x: number | null) => void } {
  const [cursor] = useState(createCursor);
  const own = useRef<number | null>(null);
  const waiting = useRef<{ busy: boolean; x: number | null }>({ busy: false, x: null });

  const publish = useCallback((index: number | null) => {
    own.current = index;
    actions.setCursor(index);
  }, []);

  const onCursor = useCallback(
    (x: number | null) => {
      if (x === null) {
        cursor.set(Number.NaN);
        waiting.current.x = null;
        publish(null);
        return;
      }
      if (axis === 'event') {
        const index = Math.min(events - 1, Math.max(0, Math.round(x)));
        cursor.set(index);
        publish(index);
        return;
      }
      cursor.set(x);
      const state = waiting.current;
      state.x = x;
      if (state.busy) return;
      state.busy = true;
      const next = (): void => {
        const at = state.x;
        if (at === null) {
          state.busy = false;
          return;
        }
        state.x = null;
        // The engine names the first event at or after a time; the cursor stands at the last one that has happened.
        session.engine.indexAt(axis, at + MICROSECOND / 2).then(
          (after) => {
            if (Number.isFinite(cursor.get())) publish(Math.max(0, after - 1));
            next();
          },
          () => {
            state.busy = false;
          },
        ); // A worker that died reports itself.
      };
      next();
    },
    [axis, events, cursor, publish],
  );

  useEffect(
    () =>
      session.store.subscribe(({ cursor: index }, before) => {
        if (index === before.cursor || index === own.current) return;
        own.current = index;
        if (index === null) cursor.set(Number.NaN);
        else if (axis === 'event') cursor.set(index);
        else
          session.engine.positionOf(axis, index).then(
            (x) => {
              if (session.store.getState().cursor === index) cursor.set(x);
            },
            () => undefined,
          );
      }),
    [axis, cursor],
  );

  return { cursor, onCursor };
}
