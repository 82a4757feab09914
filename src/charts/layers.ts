import type { Draw } from './canvas.ts';
import type { PlotBox } from './domain.ts';
import type { ChartOption } from './echarts.ts';
import type { ChartTheme } from './theme.ts';
import type { Size } from './useSize.ts';

/** All that is drawn into one canvas. */
export interface Layers {
  readonly size: Size;
  readonly box: PlotBox;
  readonly under?: Draw;
  readonly option?: ChartOption;
  readonly over?: Draw;
  readonly theme: ChartTheme;
}

const known = new WeakMap<Element, Layers>();

/** What a canvas shows, so that it can be drawn again elsewhere. */
export const keepLayers = (canvas: HTMLCanvasElement, layers: Layers): void => void known.set(canvas, layers);
export const layersOf = (element: Element): Layers | undefined => known.get(element);
