/** The one import of ECharts: only the parts that Tautline draws with. */
import { CustomChart, LineChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import { init, use, type ComposeOption, type EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import type { CustomSeriesOption, LineSeriesOption } from 'echarts/charts';
import type { GridComponentOption } from 'echarts/components';
import type { Size } from './useSize.ts';

use([LineChart, CustomChart, GridComponent, CanvasRenderer]);

export type ChartOption = ComposeOption<LineSeriesOption | CustomSeriesOption | GridComponentOption>;
export type { CustomSeriesOption, LineSeriesOption };

/** ECharts drawing into a canvas of its own, off the page. */
export interface Renderer {
  /**
   * Draws at once, unless it is what was drawn last. `option.series` is sent only when it is another array than before,
   * so that zooming a chart with many points sets no data.
   * @returns the canvas, of size times ratio pixels; the next call draws into the same one
   */
  draw(option: ChartOption, size: Size, ratio: number): HTMLCanvasElement;
  dispose(): void;
}

export function createRenderer(): Renderer {
  const canvas = document.createElement('canvas');
  let chart: EChartsType | null = null;
  let drawn = { width: 0, height: 0, ratio: 0 };
  let sent: ChartOption['series'];
  let shown: ChartOption | null = null;
  return {
    draw(option, { width, height }, ratio) {
      if (shown === option && drawn.width === width && drawn.height === height && drawn.ratio === ratio) return canvas;
      if (chart && drawn.ratio !== ratio) {
        chart.dispose();
        chart = null;
      }
      if (!chart) {
        chart = init(canvas, null, { renderer: 'canvas', width, height, devicePixelRatio: ratio });
        sent = undefined;
      } else if (drawn.width !== width || drawn.height !== height) chart.resize({ width, height, silent: true });
      drawn = { width, height, ratio };
      const { series, ...axes } = option;
      if (sent === series) chart.setOption(axes, { silent: true });
      else chart.setOption(option, { replaceMerge: ['series'], silent: true });
      sent = series;
      shown = option;
      return canvas;
    },
    dispose: () => chart?.dispose(),
  };
}
