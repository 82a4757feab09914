import { DEFAULT_PARAMETERS, type Parameters } from '../detection/parameters.ts';
import type { AnalysisReport, SeriesData, SeriesName } from '../workers/protocol.ts';
import { newEngine, tinyLedger, type TinyLedger } from '../workers/testing.ts';
import type { LinePanel, PanelInput } from './panel.ts';

const ignore = () => undefined;

export interface Analysed {
  readonly report: AnalysisReport;
  readonly series: (name: SeriesName) => Promise<SeriesData>;
}

/** A small ledger analysed by the real engine. */
export async function analysed(ledger: TinyLedger = {}, change: Partial<Parameters> = {}): Promise<Analysed> {
  const engine = newEngine();
  await engine.open(tinyLedger(ledger), null, async () => undefined, ignore);
  const report = await engine.analyze({ ...DEFAULT_PARAMETERS, ...change }, ignore);
  const streams = report.streams.map((_, i) => i);
  return {
    report,
    series: (name) =>
      engine.series({ name, range: { from: 0, to: report.events }, axis: 'event', buckets: 400, streams }),
  };
}

/** What a panel is given to draw that ledger. */
export async function inputOf(
  panel: LinePanel,
  { report, series }: Analysed,
  more: Partial<PanelInput> = {},
): Promise<PanelInput> {
  const data = await Promise.all(panel.series.map(async (name) => [name, await series(name)] as const));
  return {
    series: Object.fromEntries(data),
    streams: report.streams.map((_, i) => i),
    report,
    parameters: DEFAULT_PARAMETERS,
    mode: 'dark',
    scale: panel.scales[0],
    ...more,
  };
}
