import { useMemo, useState } from 'react';
import { ruleKey } from '../detection/channels/limitRule.ts';
import type { PlotBox } from './domain.ts';
import { LIMIT_ATTRIBUTE, limitAtHeight, liveThresholds, withLimit, type LimitControl } from './limits.ts';
import type { Threshold } from './paint.ts';
import { pxToY, yToPx, type YScale } from './scale.ts';
import type { Grab, PlotPoint } from './usePlotGestures.ts';
import { sameFields, useSame, useUnchanged } from './useSame.ts';

const NO_SLIDERS: LimitControl['sliders'] = [];

interface HeldLimit {
  /** Where they stand now. */
  readonly thresholds: readonly Threshold[];
  readonly scale: YScale;
  /** Key of the limit that is held. */
  readonly held: string | null;
  readonly grab: (point: PlotPoint, target: EventTarget | null, box: PlotBox) => (() => Grab) | null;
}

/** Limits that are dragged by their handle or their line, on a scale that stands still meanwhile. */
export function useHeldLimit(drawn: readonly Threshold[], fitting: YScale, limits?: LimitControl): HeldLimit {
  const sliders = limits?.sliders ?? NO_SLIDERS;
  const thresholds = useUnchanged(useMemo(() => liveThresholds(drawn, sliders), [drawn, sliders]));
  const [held, setHeld] = useState<{ readonly key: string; readonly scale: YScale } | null>(null);
  const thresholdOf = (key: string) => thresholds.find(({ rule }) => rule && ruleKey(rule) === key);
  const heldAt = held && (thresholdOf(held.key)?.value ?? null);
  const scale = useSame(
    useMemo(
      () => (held === null ? fitting : heldAt === null ? held.scale : withLimit(held.scale, heldAt)),
      [held, heldAt, fitting],
    ),
    sameFields,
  );
  const grab = (point: PlotPoint, target: EventTarget | null, box: PlotBox) => {
    if (!limits) return null;
    const handle = target instanceof Element && target.closest(`[${LIMIT_ATTRIBUTE}]`);
    const key = handle ? handle.getAttribute(LIMIT_ATTRIBUTE) : limitAtHeight(point.py, thresholds, scale, box);
    const own = key === null ? undefined : thresholdOf(key);
    if (key === null || !own) return null;
    return (): Grab => {
      const away = yToPx(own.value, scale, box) - point.py;
      setHeld({ key, scale });
      return {
        move: ({ py }) => limits.onMove(key, pxToY(py + away, scale, box)),
        end(completed, moved) {
          setHeld(null);
          if (moved) limits.onRest(key, completed);
          else if (completed && handle) limits.onShow(key);
          return Boolean(handle);
        },
      };
    };
  };
  return { thresholds, scale, held: held?.key ?? null, grab };
}
