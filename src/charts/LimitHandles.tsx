import { useState, type KeyboardEvent } from 'react';
import { ruleKey } from '../detection/channels/limitRule.ts';
import type { PlotBox } from './domain.ts';
import { LIMIT_ATTRIBUTE, type LimitControl, type LimitSlider } from './limits.ts';
import { LIMIT_FONT, placeThresholds, type Threshold } from './paint.ts';
import type { YScale } from './scale.ts';
import { toneColor, useChartTheme } from './theme.ts';

interface LimitHandlesProps {
  readonly limits: LimitControl;
  readonly thresholds: readonly Threshold[];
  readonly scale: YScale;
  readonly box: PlotBox;
  /** Key of the limit that is held with the pointer. */
  readonly held: string | null;
}

/** Steps of Page Up, Page Down and of an arrow with Shift. */
const PAGE = 10;

let measuring: CanvasRenderingContext2D | null = null;
function labelWidth(text: string, font: string): number {
  measuring ??= document.createElement('canvas').getContext('2d');
  if (!measuring) return 6 * text.length;
  measuring.font = `${LIMIT_FONT}px ${font}`;
  return measuring.measureText(text).width;
}

/** What limits are held by: over their label, to the edge of the plot. The pointer is followed by the plot. */
export function LimitHandles({ limits, thresholds, scale, box, held }: LimitHandlesProps) {
  const theme = useChartTheme();
  const [focused, setFocused] = useState<string | null>(null);
  const isFocused = ({ rule }: Threshold): boolean =>
    focused !== null && rule !== undefined && ruleKey(rule) === focused;
  const places = placeThresholds(box, scale, thresholds, isFocused);
  return places.map(({ threshold, label }) => {
    const key = threshold.rule && ruleKey(threshold.rule);
    const slider = limits.sliders.find(({ rule }) => ruleKey(rule) === key);
    if (!key || !slider) return null;
    const tipped = held === key || (held === null && focused === key);
    return (
      <Handle
        key={key}
        id={key}
        slider={slider}
        limits={limits}
        top={label}
        width={labelWidth(threshold.label, theme.fontUi)}
        color={toneColor(threshold.tone, theme)}
        held={held === key}
        tip={tipped ? (label > box.top + box.height / 2 ? 'above' : 'below') : null}
        onFocused={setFocused}
      />
    );
  });
}

interface HandleProps {
  readonly id: string;
  readonly slider: LimitSlider;
  readonly limits: LimitControl;
  readonly top: number;
  readonly width: number;
  readonly color: string;
  readonly held: boolean;
  readonly tip: 'above' | 'below' | null;
  readonly onFocused: (id: string | null) => void;
}

function Handle({ id, slider, limits, top, width, color, held, tip, onFocused }: HandleProps) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const steps = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: PAGE, PageDown: -PAGE }[event.key];
    if (steps !== undefined) limits.onStep(id, steps * (event.shiftKey && Math.abs(steps) === 1 ? PAGE : 1));
    else if (event.key === 'Home') limits.onStep(id, -Infinity);
    else if (event.key === 'End') limits.onStep(id, Infinity);
    else if (event.key === 'Enter') limits.onShow(id);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      role="slider"
      tabIndex={0}
      className={`chart-limit${held ? ' held' : ''}`}
      {...{ [LIMIT_ATTRIBUTE]: id }}
      style={{ top: top - 12, width: width + 22, '--tone': color } as React.CSSProperties}
      title="Drag to move the limit; a click goes to its parameter"
      aria-label={slider.name}
      aria-orientation="vertical"
      aria-valuemin={slider.min}
      aria-valuemax={slider.max}
      aria-valuenow={slider.value}
      aria-valuetext={`${slider.limit}; ${slider.text}`}
      onKeyDown={onKeyDown}
      onFocus={() => onFocused(id)}
      onBlur={() => onFocused(null)}
    >
      {tip && (
        <div className={`chart-limit-tip ${tip}`}>
          <b>{slider.text}</b>
          {limits.figure(id)}
        </div>
      )}
    </div>
  );
}
