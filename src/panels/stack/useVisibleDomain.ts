import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { Domain } from '../../charts/domain.ts';
import type { IndexRange } from '../../core/columns.ts';
import { actions } from '../../state/store.ts';
import type { Axis } from '../../workers/protocol.ts';
import { askRange, rangeOfEvents } from './axis.ts';

const sameRange = (a: IndexRange, b: IndexRange): boolean => a.from === b.from && a.to === b.to;

/**
 * The stretch that a gesture asked for, to a fraction of an event; it stands while the view's range is the one it led
 * to (null: not known yet).
 */
interface Gesture {
  readonly domain: Domain | null;
  readonly range: IndexRange | null;
}

export interface VisibleDomain {
  readonly domain: Domain;
  readonly onDomain: (next: Domain, rest: boolean) => void;
  readonly onReset: () => void;
}

/**
 * The stretch of the axis on screen: what a gesture asked for while it stands, else the view's range, whose ends lie at
 * `settled` (NaN if not known yet).
 */
export function useVisibleDomain(
  axis: Axis,
  events: number,
  range: IndexRange,
  full: Domain,
  minSpan: number,
  [settledMin, settledMax]: readonly [number, number],
): VisibleDomain {
  const [gestures] = useState(() => createStore<Gesture>(() => ({ domain: null, range: null })));
  const gesture = useStore(gestures);
  const standing =
    gesture.domain && gesture.domain.max <= full.max && (gesture.range === null || sameRange(gesture.range, range))
      ? gesture.domain
      : null;
  const domain = useMemo<Domain>(() => {
    if (standing) return standing;
    if (!Number.isFinite(settledMin) || !Number.isFinite(settledMax)) return full;
    return settledMax > settledMin
      ? { min: settledMin, max: settledMax }
      : { min: settledMin - minSpan / 2, max: settledMin + minSpan / 2 };
  }, [standing, settledMin, settledMax, full, minSpan]);

  const newest = useRef(0);
  const onDomain = useCallback(
    (next: Domain, rest: boolean) => {
      const turn = ++newest.current;
      const settle = (to: IndexRange) => {
        if (turn !== newest.current) return;
        gestures.setState({ domain: next, range: to }, true);
        actions.setRange(to, rest);
      };
      if (axis === 'event') {
        settle(rangeOfEvents(next, events));
        return;
      }
      gestures.setState({ domain: next, range: null }, true);
      askRange(axis, next, events).then(settle, () => undefined); // A worker that died reports itself.
    },
    [axis, events, gestures],
  );

  const onReset = useCallback(() => {
    newest.current++;
    gestures.setState({ domain: null, range: null }, true);
    actions.setRange(null, true);
  }, [gestures]);

  // Another axis or ledger: a stretch of the old one means nothing on the new one.
  useEffect(() => () => gestures.setState({ domain: null, range: null }, true), [axis, events, gestures]);

  return { domain, onDomain, onReset };
}
