import { incidentsOf } from '../../detection/incidents/group.ts';
import { incidentText } from '../../detection/incidents/text.ts';
import type { IndexRange } from '../../core/columns.ts';
import { explain, toTautlineError } from '../../core/errors.ts';
import { formatCount, formatTimeFull } from '../../core/format.ts';
import { countText, describePart, partName } from '../../core/part.ts';
import type { EventIndex, StreamIndex } from '../../core/units.ts';
import type { SignalFacts } from '../../detection/channels/channel.ts';
import { KINDS, SIGNALS, SIGNALS_IN_ORDER } from '../../detection/channels/index.ts';
import { CHANNEL_IDS, CHANNEL_TABLE, changeChannelOf, type SeriesName } from '../../detection/channels/table.ts';
import type { ReportChart } from '../../detection/drilldown/report/chart.ts';
import {
  reportToHtml,
  type Report,
  type ReportBlock,
  type ReportSection,
} from '../../detection/drilldown/report/report.ts';
import type { Parameters } from '../../detection/parameters.ts';
import type { StretchRequest } from '../../detection/drilldown/investigate/stretch.ts';
import type { TransportRequest } from '../../detection/drilldown/transport.ts';
import type { Alert, AlertKind } from '../../detection/types.ts';
import type { AnalysisReport, EngineApi } from '../../workers/protocol.ts';
import type { Tables } from '../tables.ts';
import { alertKey, subjectKey } from './investigations.ts';
import { readWords, type DrilldownSession } from './read.ts';
import {
  alertBlocks,
  alertFacts,
  commonSections,
  leftOutSentence,
  noticesText,
  streamTable,
  watchedBlocks,
  type ReportInputs,
} from './reportFacts.ts';
import { changedLines, changedSection } from './reportChanged.ts';
import { attributionSection, investigationSection, transportSection, wordsSection } from './reportFindings.ts';

/** Where a report reads what it needs. */
export interface ReportSession extends DrilldownSession {
  readonly engine: DrilldownSession['engine'] &
    Pick<EngineApi, 'series' | 'event' | 'attribution' | 'transportPlan' | 'whatChanged' | 'excess' | 'stretch'>;
  readonly tables: DrilldownSession['tables'] & Pick<Tables, 'query'>;
}
const BUCKETS = 450;
/** Events of the ledger before the onset and after the end of an alert, at least. */
const MARGIN = 150;

/** What a report is of: an alert, or a stretch that was asked about. */
interface Told {
  readonly title: string;
  readonly heading: string;
  readonly facts: ReportSection['blocks'][number] & { readonly kind: 'facts' };
  readonly why: readonly string[];
  readonly key: string;
  readonly stream: StreamIndex;
  /** Of the ledger. */
  readonly range: IndexRange;
  /** What it is compared with. */
  readonly baseline: IndexRange;
  readonly measured: EventIndex | null;
  readonly transport: TransportRequest;
  /** Position of the alert, where it is of one of lasting change. */
  readonly lasting: number | null;
  readonly shaded: {
    readonly from: number;
    readonly fired: number;
    readonly to: number | null;
    readonly label: string;
  };
  /** Charted first. */
  readonly signals: readonly SeriesName[];
}

/** One alert as a self-contained HTML file. @param number its position in `AnalysisReport.alerts` */
export async function alertReport(session: ReportSession, number: number, inputs: ReportInputs): Promise<string> {
  const { analysis } = inputs;
  const alert = analysis.alerts[number];
  const stream = analysis.streams[alert.stream].name;
  const end = Math.min(analysis.events, (alert.resolved ?? alert.fired) + 1);
  const at = await lastSpoken(session.engine, alert);
  const isLasting = changeChannelOf(alert.kind) !== null;
  const place = { stream: alert.stream, onset: alert.onset, at: at ?? alert.fired };
  const { why } = await session.engine.event(alert.fired);
  return reportOf(session, inputs, {
    title: `${alert.kind} of ${stream} at event ${formatCount(alert.fired)}`,
    heading: 'The alert',
    facts: { kind: 'facts', facts: alertFacts(alert, inputs) },
    why,
    key: alertKey(number),
    stream: alert.stream,
    range: { from: alert.onset, to: end },
    baseline: { from: 0, to: Math.max(alert.onset, 1) },
    measured: at,
    transport: isLasting ? { kind: 'reference', ...place, end } : { kind: 'alert', ...place },
    lasting: isLasting ? number : null,
    shaded: episodeOf(alert, stream),
    signals: ownSignals(alert.kind),
  });
}

/** A stretch of a stream, with or without alerts, as a self-contained HTML file. */
export async function stretchReport(
  session: ReportSession,
  request: StretchRequest,
  inputs: ReportInputs,
): Promise<string> {
  const { analysis } = inputs;
  const { stream, range, own, baseline, measured } = await session.engine.stretch(request);
  const { name } = analysis.streams[stream];
  const told = `events ${formatCount(range.from)} to ${formatCount(range.to - 1)}`;
  const within = analysis.alerts.filter(
    (alert) => alert.stream === stream && alert.onset < range.to && (alert.resolved ?? Infinity) > range.from,
  );
  return reportOf(session, inputs, {
    title: `${name}, ${told}`,
    heading: 'The stretch',
    facts: {
      kind: 'facts',
      facts: [
        { name: 'Stream', value: name },
        { name: 'Events', value: `${formatCount(range.from)} to ${formatCount(range.to - 1)}` },
        { name: 'Of the stream', value: formatCount(own) },
        {
          name: 'Compared with',
          value: baseline ? `its ${formatCount(baseline.own)} events ${baseline.title}` : 'nothing: there is no event',
        },
        { name: 'Alerts of the stream in it', value: formatCount(within.length) },
      ],
    },
    why: [],
    key: subjectKey({ kind: 'stretch', stretch: request }),
    stream,
    range,
    baseline: baseline?.range ?? { from: 0, to: Math.max(range.from, 1) },
    measured,
    transport: {
      kind: 'ranges',
      before: baseline?.range ?? { from: 0, to: Math.max(range.from, 1) },
      after: range,
      stream,
    },
    lasting: null,
    shaded: { from: range.from, fired: range.from, to: range.to, label: `the stretch, ${told}` },
    signals: [],
  });
}

async function reportOf(session: ReportSession, inputs: ReportInputs, told: Told): Promise<string> {
  const { analysis, ledger, parameters } = inputs;
  const { engine } = session;
  const own = { name: analysis.streams[told.stream].name };
  const missing: string[] = [];
  /** A part that cannot be had (too few events, ...): the report goes without it and says why. */
  const optional = <T>(what: string, part: Promise<T>): Promise<T | null> =>
    part.catch((thrown: unknown) => {
      missing.push(`Not in this report: ${what}. ${explain(toTautlineError(thrown, what))}`);
      return null;
    });
  const { lasting, measured } = told;
  const [charts, changed, attribution, plan, words] = await Promise.all([
    readCharts(engine, inputs, around(told.range, analysis.events), [told.stream], told),
    lasting === null
      ? null
      : optional(
          'what changed',
          engine.whatChanged(lasting, () => undefined),
        ),
    measured === null ? null : optional('attribution', engine.attribution(measured)),
    optional('transport', engine.transportPlan(told.transport)),
    optional(
      'words',
      readWords(
        session,
        { window: { range: told.range, stream: own }, reference: { range: told.baseline, stream: own } },
        parameters.stream,
        ledger.mapping,
      ),
    ),
  ]);
  const investigation = inputs.investigations[told.key];
  const sections: ReportSection[] = [
    { title: told.heading, blocks: [told.facts, { kind: 'list', items: [...told.why, ...missing] }] },
    ...(changed ? [await changedSection(session.tables, changed, parameters.false_alarm_budget)] : []),
    { title: 'Signals around it', blocks: charts },
    ...(attribution ? [await attributionSection(session.tables, attribution)] : []),
    ...(plan ? [transportSection(plan)] : []),
    ...(words && words.window.texts > 0 ? [wordsSection(words)] : []),
    ...(investigation ? [investigationSection(investigation)] : []),
    ...(await commonSections(inputs)),
  ];
  return page(told.title, inputs, sections);
}

/** What an alert of a kind is decided on, then what that is made of. */
const ownSignals = (kind: AlertKind): readonly SeriesName[] => {
  const channel = CHANNEL_IDS.find((id) => Object.hasOwn(CHANNEL_TABLE[id].kinds, kind))!;
  const { decided, signals } = CHANNEL_TABLE[channel];
  return [...new Set<SeriesName>([...decided, ...signals, ...KINDS[kind].madeOf])];
};

const episodeOf = ({ kind, onset, fired, resolved }: Alert, stream: string): Told['shaded'] => ({
  from: onset,
  fired,
  to: resolved,
  label: `${kind}, ${stream}, event ${formatCount(fired)}`,
});

/** The whole session as a self-contained HTML file. */
export async function sessionReport({ engine }: Pick<ReportSession, 'engine'>, inputs: ReportInputs): Promise<string> {
  const { analysis, ledger } = inputs;
  const charts = await readCharts(
    engine,
    inputs,
    { from: 0, to: analysis.events },
    analysis.streams.map((_, i) => i),
    null,
  );
  const incidents = await incidentItems(engine, analysis);
  const sections: ReportSection[] = [
    ...(incidents.length > 0
      ? [{ title: 'What happened', blocks: [{ kind: 'list' as const, items: incidents }] }]
      : []),
    {
      title: 'Streams',
      blocks: [
        streamTable(analysis),
        { kind: 'list', items: [...analysis.notes, ...ledger.notes, ...ledger.leftOut.map(leftOutSentence)] },
      ],
    },
    { title: 'What was watched', blocks: watchedBlocks(inputs) },
    { title: 'Alerts', blocks: [...alertBlocks(inputs), ...(await changedLines(engine, analysis))] },
    { title: 'Signals', blocks: charts },
    ...Object.values(inputs.investigations).map(investigationSection),
    ...(await commonSections(inputs)),
  ];
  return page(`Session: ${partName(ledger.name, ledger.part?.part)}`, inputs, sections);
}

/** So many incidents stand in a report; its table of alerts has all that they are made of. */
const MAX_INCIDENTS = 20;

/** A sentence for each incident, the most severe first. */
async function incidentItems(engine: ReportSession['engine'], report: AnalysisReport): Promise<string[]> {
  const { alerts, streams, events, reference } = report;
  if (alerts.length === 0) return [];
  const names = streams.map(({ name }) => name);
  const { values: excess } = await engine.excess();
  const watched = events - reference.to;
  const all = incidentsOf({ alerts, excess, streams: names.length, events, watched });
  const more = all.length - MAX_INCIDENTS;
  return [
    ...all.slice(0, MAX_INCIDENTS).map((incident) => incidentText(incident, names, report)),
    ...(more > 0 ? [`And ${formatCount(more)} more incidents.`] : []),
  ];
}

function page(
  title: string,
  { ledger, analysis, generatedAt }: ReportInputs,
  sections: readonly ReportSection[],
): string {
  const [from, to] = analysis.timeRange;
  const report: Report = {
    title,
    sections,
    generatedAt,
    facts: [
      { name: 'Ledger', value: ledger.name },
      ...(ledger.part
        ? [{ name: 'Part', value: `${countText(ledger.rowsRead, ledger.part)}: ${describePart(ledger.part.part)}` }]
        : []),
      { name: 'Events', value: `${formatCount(analysis.events)}, ${formatCount(ledger.voidEvents)} of them pauses` },
      { name: 'Time', value: analysis.hasTime ? `${formatTimeFull(from)} to ${formatTimeFull(to)} UTC` : 'not stated' },
      { name: 'Alerts', value: formatCount(analysis.alerts.length) },
      { name: 'Notices', value: noticesText(analysis) },
    ],
  };
  return reportToHtml(report);
}

/** The event that fired, or the last one before it that is no pause (a VOID may fire at one). */
async function lastSpoken(
  engine: Pick<EngineApi, 'event'>,
  { fired, onset, stream }: Alert,
): Promise<EventIndex | null> {
  for (let i = fired; i >= Math.max(0, onset - MARGIN); i -= 1) {
    const event = await engine.event(i);
    if (event.stream === stream && !event.isVoid) return i;
  }
  return null;
}

function around({ from, to }: IndexRange, events: number): IndexRange {
  const margin = Math.max(MARGIN, to - from);
  return { from: Math.max(0, from - margin), to: Math.min(events, to + margin) };
}

async function readCharts(
  engine: Pick<EngineApi, 'series'>,
  inputs: ReportInputs,
  range: IndexRange,
  streams: readonly number[],
  told: Pick<Told, 'shaded' | 'signals'> | null,
): Promise<ReportBlock[]> {
  const { analysis, parameters } = inputs;
  const reported = SIGNALS_IN_ORDER.filter((name) => SIGNALS[name].reported);
  const first = (told?.signals ?? []).filter((name) => reported.includes(name));
  const charted = [...first, ...reported.filter((name) => !first.includes(name))];
  const episodes = [
    ...analysis.alerts
      .filter((alert) => streams.includes(alert.stream))
      .map((alert) => ({ ...episodeOf(alert, analysis.streams[alert.stream].name), shaded: false })),
    ...(told ? [{ ...told.shaded, shaded: true }] : []),
  ];
  const own = told
    ? ` What the report is of is shaded, with a line where it ${told.signals.length > 0 ? 'fired' : 'begins'}.`
    : '';
  const blocks: ReportBlock[] = [
    {
      kind: 'text',
      text:
        'Along the events of the ledger. Blue: what is expected. ' +
        `Orange bars along the top: episodes of alerts.${own}`,
    },
  ];
  for (const name of charted) {
    const { lines } = await engine.series({ name, range, axis: 'event', buckets: BUCKETS, streams });
    const { title, label, unit } = SIGNALS[name];
    blocks.push({
      kind: 'chart',
      chart: {
        title: title ?? label,
        unit,
        formatX: formatCount,
        episodes,
        ...limitsIn(SIGNALS[name], analysis, parameters, streams),
        lines: lines
          .filter(({ points }) => points.length > 0)
          .map(({ stream, points }) => ({ name: analysis.streams[stream].name, points })),
      },
    });
  }
  return blocks;
}

/** The limits of a signal as a chart has them: a band, or a threshold (of each stream where they differ). */
function limitsIn(
  { limits, limitLabel = '', limitPerStream = false }: SignalFacts,
  { calibration, streams: all }: AnalysisReport,
  p: Parameters,
  streams: readonly number[],
): Pick<ReportChart, 'band' | 'thresholds'> {
  const of = (limitPerStream ? streams : streams.slice(0, 1)).flatMap((stream) => {
    const found = limits?.(calibration, p, stream);
    return found ? [{ stream, found }] : [];
  });
  const [first] = of;
  if (first?.found.every(Number.isFinite)) return { band: first.found };
  return {
    thresholds: of.flatMap(({ stream, found: [low, high] }) => {
      const value = low === -Infinity ? high : low;
      if (high !== Infinity && low !== -Infinity) return [];
      const label = limitPerStream && streams.length > 1 ? `${limitLabel} of ${all[stream].name}` : limitLabel;
      return [{ value, label }];
    }),
  };
}
