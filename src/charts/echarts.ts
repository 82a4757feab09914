/** The one import of ECharts: only the parts that Tautline draws with. */
import { CustomChart, LineChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import { init, use, type ComposeOption, type EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import type { CustomSeriesOption, LineSeriesOption } from 'echarts/charts';
import type { GridComponentOption } from 'echarts/components';

use([LineChart, CustomChart, GridComponent, CanvasRenderer]);

export type ChartOption = ComposeOption<LineSeriesOption | CustomSeriesOption | GridComponentOption>;
export type { CustomSeriesOption, EChartsType, LineSeriesOption };
export { init };
