import type { ComponentType } from 'react';
import type { TimeChartSpec } from '../charts/TimeChart.tsx';
import type { Unit } from '../core/format.ts';
import type { Mode } from '../charts/palette.ts';
import type { ChannelId } from '../detection/channels/table.ts';
import type { Parameters } from '../detection/parameters.ts';
import type { AlertKind } from '../detection/types.ts';
import type { AnalysisReport, SeriesData, SeriesName } from '../workers/protocol.ts';

/**
 * What a panel of lines is drawn from. `parameters` are those of `report`: limits that move before the lines they judge
 * would lie beside them.
 */
export interface PanelInput {
  readonly series: Readonly<Partial<Record<SeriesName, SeriesData>>>;
  /** Indices of the streams to draw, ascending. */
  readonly streams: readonly number[];
  readonly report: AnalysisReport;
  readonly parameters: Parameters;
  readonly mode: Mode;
  readonly scale: 'linear' | 'log';
}

interface PanelMeta {
  readonly id: string;
  readonly title: string;
  /** One sentence: what it shows and how to read it. */
  readonly description: string;
  readonly unit: Unit;
}

/** A panel of lines: it names the series it needs and turns them into a chart; one view draws all of them. */
export interface LinePanel extends PanelMeta {
  readonly type: 'lines';
  /** One or two; the first is the one whose events are picked by a click. */
  readonly series: readonly [SeriesName] | readonly [SeriesName, SeriesName];
  /** Series are of the whole ledger, not of streams: every stream is fetched, and merged by `toChart`. */
  readonly ledgerWide?: boolean;
  /** Plot height in CSS pixels. */
  readonly height: number;
  /**
   * Vertical scales on offer, the default first; a log scale is taken by itself where a linear one would show a single
   * spike.
   */
  readonly scales: readonly ('linear' | 'log')[];
  /** Kinds of alert that are decided on this signal, and so marked on it. */
  readonly kinds: readonly AlertKind[];
  readonly toChart: (input: PanelInput) => TimeChartSpec;
  /** A sentence to show in the header: why there is no alarm, what is not measured. Null for none. */
  readonly note?: (report: AnalysisReport, parameters: Parameters) => string | null;
  /** Why the chart is empty where no line has a value, and what to do. */
  readonly empty: (report: AnalysisReport) => string;
  /** Drawn below the chart. */
  readonly Extra?: ComponentType<{ readonly table: boolean }>;
}

interface Explained {
  /** Section of docs/methods.md that explains it. */
  readonly methods: number;
}

/** A panel that draws something else than lines. */
export interface ViewPanel extends PanelMeta, Explained {
  readonly type: 'view';
  readonly View: ComponentType<{ readonly table: boolean }>;
  /** Height of the body before it is drawn, in CSS pixels. */
  readonly height: number;
}

/** The panel of a channel has the section of the channel. */
export type ChannelPanel = LinePanel & Explained & { readonly channel: ChannelId };

export type Panel = ChannelPanel | ViewPanel;
