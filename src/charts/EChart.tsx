import { useEffect, useRef } from 'react';
import { init, type ChartOption, type EChartsType } from './echarts.ts';
import { usePixelRatio, type Size } from './useSize.ts';

/**
 * An ECharts canvas. `option.series` is sent again only when it is another array than before, so that zooming a chart with many points sets no data.
 * It takes no pointer events: gestures, cursor and picking belong to `Plot`.
 */
export function EChart({ option, size }: { option: ChartOption; size: Size }) {
  const ratio = usePixelRatio();
  return <Canvas key={ratio} option={option} size={size} />;
}

function Canvas({ option, size }: { option: ChartOption; size: Size }) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const sent = useRef<ChartOption['series']>(undefined);
  const { width, height } = size;

  useEffect(() => {
    if (!host.current) return;
    const instance = init(host.current, null, { renderer: 'canvas' });
    chart.current = instance;
    sent.current = undefined;
    return () => {
      chart.current = null;
      instance.dispose();
    };
  }, []);

  useEffect(() => {
    chart.current?.resize({ width, height, silent: true });
  }, [width, height]);

  useEffect(() => {
    const { series, ...axes } = option;
    const same = sent.current === series;
    chart.current?.setOption(same ? axes : option, same ? { lazyUpdate: true, silent: true } : { replaceMerge: ['series'], lazyUpdate: true, silent: true });
    sent.current = series;
  }, [option]);

  return <div ref={host} className="chart-layer" style={{ width, height }} aria-hidden="true" />;
}
