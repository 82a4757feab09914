import { useRef, useState, useSyncExternalStore, type ReactNode } from 'react';
import type { PlotBox } from './domain.ts';
import { pxToY, type YScale } from './scale.ts';
import type { PlotPoint } from './usePlotGestures.ts';

/** Where the pointer is over a chart. */
export interface TipPlace {
  /** On the axis, and on the chart's scale. */
  readonly x: number;
  readonly y: number;
  /** In the window, CSS px. */
  readonly left: number;
  readonly top: number;
}

/** Where the tip of a chart is; outside of React, so that a pointer move renders the tip and nothing else. */
interface TipStore {
  readonly get: () => TipPlace | null;
  readonly set: (place: TipPlace | null) => void;
  readonly subscribe: (listener: () => void) => () => void;
}

function useTipStore(): TipStore {
  const [store] = useState<TipStore>(() => {
    let current: TipPlace | null = null;
    const listeners = new Set<() => void>();
    return {
      get: () => current,
      set(place) {
        if (current === place) return;
        current = place;
        for (const listener of listeners) listener();
      },
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
  });
  return store;
}

/** Where the tip of a chart is, told by its plot: within `wrapper`, on a scale. */
export function useTip(scale: YScale) {
  const wrapper = useRef<HTMLDivElement>(null);
  const tips = useTipStore();
  const hover = (point: PlotPoint | null, box: PlotBox): void => {
    const corner = point && wrapper.current?.getBoundingClientRect();
    tips.set(
      corner
        ? { x: point.x, y: pxToY(point.py, scale, box), left: corner.left + point.px, top: corner.top + point.py }
        : null,
    );
  };
  return { tips, wrapper, hover };
}

/** Room between pointer and tip, CSS px. */
const AWAY = 14;

/** What a chart says beside the pointer, on that side of it where there is more room. */
export function TipLayer({ store, tip }: { readonly store: TipStore; readonly tip: (at: TipPlace) => ReactNode }) {
  const place = useSyncExternalStore(store.subscribe, store.get);
  if (!place) return null;
  const { left, top } = place;
  const { innerWidth, innerHeight } = window;
  const style = {
    ...(left < innerWidth / 2 ? { left: left + AWAY } : { right: innerWidth - left + AWAY }),
    ...(top < innerHeight / 2 ? { top: top + AWAY } : { bottom: innerHeight - top + AWAY }),
  };
  return (
    <div className="chart-tip values" style={style} aria-hidden="true">
      {tip(place)}
    </div>
  );
}
