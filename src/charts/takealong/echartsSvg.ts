/** ECharts as SVG, loaded when a picture is taken along. */
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { ChartOption } from '../echarts.ts';
import type { Size } from '../useSize.ts';

use([SVGRenderer]);

const FONTS = /style="font:[^<>]*?"(?=\s[\w-]+="|\s*\/?>)/g;

/** What ECharts draws, as an SVG element. */
export function optionSvg(option: ChartOption, { width, height }: Size): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption(option);
    // ECharts puts names of fonts in quotes into attributes as they are.
    return chart.renderToSVGString().replace(FONTS, (fonts) => `style="${fonts.slice(7, -1).replaceAll('"', "'")}"`);
  } finally {
    chart.dispose();
  }
}
