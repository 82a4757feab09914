import type { IndexRange } from '../../core/columns.ts';
import { explain, toTautlineError } from '../../core/errors.ts';
import {
  formatBytes,
  formatCount,
  formatNumber,
  formatPercent,
  formatQuantity,
  formatTimeFull,
} from '../../core/format.ts';
import { countText, describePart, partName } from '../../core/part.ts';
import type { EventIndex } from '../../core/units.ts';
import type { ReportChart } from '../../detection/drilldown/report/chart.ts';
import {
  reportToHtml,
  type Fact,
  type Report,
  type ReportBlock,
  type ReportSection,
  type ReportTable,
} from '../../detection/drilldown/report/report.ts';
import type {
  Attribution,
  CharacteristicTerm,
  Investigation,
  TransportPlan,
  WordsResult,
} from '../../detection/drilldown/types.ts';
import { DEFAULT_PARAMETERS, PARAMETER_NAMES, PARAMETER_SPECS, type Parameters } from '../../detection/parameters.ts';
import type { SignalFacts } from '../../detection/channels/channel.ts';
import { CHANNELS_IN_ORDER, SIGNALS, SIGNALS_IN_ORDER } from '../../detection/channels/index.ts';
import type { Alert } from '../../detection/types.ts';
import { sha256 } from '../../ledger/sha256.ts';
import type { OpenReport } from '../../ledger/types.ts';
import type { AnalysisReport, EngineApi } from '../../workers/protocol.ts';
import type { Tables } from '../tables.ts';
import { readWords, type DrilldownSession } from './read.ts';
import { textsOfRowsSql } from './sql.ts';

/** What a report is made from. */
export interface ReportSession extends DrilldownSession {
  readonly engine: DrilldownSession['engine'] & Pick<EngineApi, 'series' | 'event' | 'attribution' | 'transportPlan'>;
  readonly tables: DrilldownSession['tables'] & Pick<Tables, 'query'>;
}
export interface ReportInputs {
  readonly ledger: OpenReport;
  readonly analysis: AnalysisReport;
  readonly parameters: Parameters;
  /** Investigations that have been made, by position of the alert. */
  readonly investigations: Readonly<Record<number, Investigation>>;
  readonly generatedAt: Date;
}

const BUCKETS = 450;
/** Events of the ledger before the onset and after the end of an alert, at least. */
const MARGIN = 150;
const MAX_ALERTS = 500;
const LISTED = 12;
const QUOTES = 6;

/** One alert as a self-contained HTML file. @param number its position in `AnalysisReport.alerts` */
export async function alertReport(session: ReportSession, number: number, inputs: ReportInputs): Promise<string> {
  const { analysis, ledger, parameters } = inputs;
  const alert = analysis.alerts[number];
  const stream = analysis.streams[alert.stream].name;
  const end = Math.min(analysis.events, (alert.resolved ?? alert.fired) + 1);
  const range = around({ from: alert.onset, to: end }, analysis.events);
  const { engine } = session;
  const at = await lastSpoken(engine, alert);
  const missing: string[] = [];
  /** A part that cannot be had for this alert (too few events, ...): the report goes without it and says why. */
  const optional = <T>(what: string, part: Promise<T>): Promise<T | null> =>
    part.catch((thrown: unknown) => {
      missing.push(`Not in this report: ${what}. ${explain(toTautlineError(thrown, what))}`);
      return null;
    });
  const [detail, charts, attribution, plan, words] = await Promise.all([
    engine.event(alert.fired),
    readCharts(engine, inputs, range, [alert.stream], alert),
    at === null ? null : optional('attribution', engine.attribution(at)),
    optional(
      'transport',
      engine.transportPlan({ kind: 'alert', stream: alert.stream, onset: alert.onset, at: at ?? alert.fired }),
    ),
    optional(
      'words',
      readWords(
        session,
        {
          window: { range: { from: alert.onset, to: end }, stream: { name: stream } },
          reference: { range: { from: 0, to: Math.max(alert.onset, 1) }, stream: { name: stream } },
        },
        parameters.stream,
        ledger.mapping,
      ),
    ),
  ]);
  const investigation = inputs.investigations[number];
  const sections: ReportSection[] = [
    {
      title: 'The alert',
      blocks: [
        { kind: 'facts', facts: alertFacts(alert, inputs) },
        { kind: 'list', items: [...detail.why, ...missing] },
      ],
    },
    { title: 'Signals around it', blocks: charts },
    ...(attribution ? [await attributionSection(session, attribution)] : []),
    ...(plan ? [transportSection(plan)] : []),
    ...(words && words.window.texts > 0 ? [wordsSection(words)] : []),
    ...(investigation ? [investigationSection(investigation)] : []),
    ...(await commonSections(inputs)),
  ];
  return page(`${alert.kind} of ${stream} at event ${formatCount(alert.fired)}`, inputs, sections);
}

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
  const sections: ReportSection[] = [
    {
      title: 'Streams',
      blocks: [
        streamTable(analysis),
        { kind: 'list', items: [...analysis.notes, ...ledger.notes, ...ledger.leftOut.map(leftOutSentence)] },
      ],
    },
    { title: 'Alerts', blocks: alertBlocks(inputs) },
    { title: 'Signals', blocks: charts },
    ...Object.values(inputs.investigations).map(investigationSection),
    ...(await commonSections(inputs)),
  ];
  return page(`Session: ${partName(ledger.name, ledger.part?.part)}`, inputs, sections);
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
  shaded: Alert | null,
): Promise<ReportBlock[]> {
  const { analysis, parameters } = inputs;
  const charted = SIGNALS_IN_ORDER.filter((name) => SIGNALS[name].reported);
  const episodes = analysis.alerts
    .filter((alert) => streams.includes(alert.stream))
    .map((alert) => ({
      from: alert.onset,
      fired: alert.fired,
      to: alert.resolved,
      shaded: alert === shaded,
      label: `${alert.kind}, ${analysis.streams[alert.stream].name}, event ${formatCount(alert.fired)}`,
    }));
  const own = shaded ? ' This alert is shaded, with a line where it fired.' : '';
  const blocks: ReportBlock[] = [
    {
      kind: 'text',
      text: `Along the events of the ledger. Blue: what is expected. Orange bars along the top: episodes of alerts.${own}`,
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

function alertFacts(alert: Alert, { analysis }: ReportInputs): Fact[] {
  return [
    { name: 'Kind', value: alert.kind },
    { name: 'Stream', value: analysis.streams[alert.stream].name },
    { name: 'Onset', value: `event ${formatCount(alert.onset)}` },
    { name: 'Fired', value: `event ${formatCount(alert.fired)}` },
    {
      name: 'Resolved',
      value: alert.resolved === null ? 'still open at the end' : `event ${formatCount(alert.resolved)}`,
    },
    { name: 'Peak', value: formatNumber(alert.peak) },
    { name: 'Lag', value: formatQuantity(alert.lag, 'events') },
  ];
}

async function attributionSection({ tables }: Pick<ReportSession, 'tables'>, a: Attribution): Promise<ReportSection> {
  const events = a.events.slice(0, LISTED);
  const groups = (caption: string, of: Attribution['agents']): ReportBlock[] =>
    of.length < 2
      ? []
      : [
          table(
            caption,
            ['Name', '# Events', '# Share'],
            of.slice(0, LISTED).map((g) => [g.name ?? 'none stated', formatCount(g.events), formatPercent(g.share)]),
          ),
        ];
  const telling = events.slice(0, QUOTES);
  const texts = telling.length === 0 ? [] : await tables.query(textsOfRowsSql(telling.map(({ row }) => row)));
  const textOf = new Map(texts.map((row) => [row.row as number, row.text as string | null]));
  return {
    title: 'Whose events make up the difference',
    blocks: [
      {
        kind: 'text',
        text: `Friction at event ${formatCount(a.at)} is ${formatNumber(a.friction)}, KL ${formatQuantity(a.kl, 'nats')}. Shares are exact and add up to 100 % with what is left of the start (${formatPercent(Math.abs(a.initial.share) < 1e-6 ? 0 : a.initial.share)}).`,
      },
      table(
        'Events by share of the friction',
        ['Event', 'Agent', 'Thread', '# Weight', '# Share'],
        events.map((e) => [
          formatCount(e.index),
          e.agent ?? '',
          e.thread ?? '',
          formatNumber(e.weight),
          formatPercent(e.share),
        ]),
      ),
      ...groups('Agents', a.agents),
      ...groups('Threads', a.threads),
      table(
        'Directions by share of KL',
        ['Direction', '# Eigenvalue', '# Nats', '# Share', 'Events furthest out on either side'],
        a.directions.slice(0, 5).map((d, i) => [
          formatCount(i + 1),
          formatNumber(d.eigenvalue),
          formatNumber(d.nats),
          formatPercent(d.share),
          [d.high, d.low]
            .map(
              (side) =>
                side
                  .slice(0, 3)
                  .map((e) => `${formatCount(e.index)} (${formatNumber(e.projection)})`)
                  .join(', ') || 'none',
            )
            .join(' / '),
        ]),
      ),
      ...telling.flatMap((e): ReportBlock[] => {
        const text = textOf.get(e.row);
        return text
          ? [
              {
                kind: 'quote',
                by: `Event ${formatCount(e.index)}${e.agent ? `, ${e.agent}` : ''}: ${formatPercent(e.share)}`,
                text: text.length > 1500 ? `${text.slice(0, 1500)} …` : text,
              },
            ]
          : [];
      }),
      { kind: 'list', items: a.notes },
    ],
  };
}

function transportSection(plan: TransportPlan): ReportSection {
  const position = (events: readonly EventIndex[]) => new Map(events.map((event, i) => [event, i]));
  const before = position(plan.before.events);
  const after = position(plan.after.events);
  return {
    title: 'Where meanings moved',
    blocks: [
      {
        kind: 'text',
        text: `Exact Earth Mover's Distance ${formatNumber(plan.emd)}, between "${plan.before.title}" and "${plan.after.title}".`,
      },
      {
        kind: 'map',
        map: {
          title: `Principal plane, ${formatPercent(plan.plane.explained[0] + plan.plane.explained[1])} of the variance`,
          before: { name: plan.before.title, points: plan.plane.before },
          after: { name: plan.after.title, points: plan.plane.after },
          moves: plan.moves.map(({ from, to }) => [before.get(from)!, after.get(to)!]),
        },
      },
      table(
        'Longest moves',
        ['# From event', '# To event', '# Cost'],
        plan.moves
          .slice(0, LISTED)
          .map(({ from, to, cost }) => [formatCount(from), formatCount(to), formatNumber(cost)]),
      ),
      { kind: 'list', items: plan.notes },
    ],
  };
}

function wordsSection(words: WordsResult): ReportSection {
  const terms = (caption: string, of: readonly CharacteristicTerm[]) =>
    table(
      caption,
      ['Term', '# In the window', '# In the reference', '# z'],
      of.slice(0, LISTED).map((t) => [t.term, formatCount(t.window), formatCount(t.reference), formatNumber(t.z)]),
    );
  const { window, reference } = words;
  return {
    title: 'Words',
    blocks: [
      terms('Said more in the window', words.more),
      terms('Said less in the window', words.less),
      table(
        'Length and vocabulary',
        ['', '# Texts', '# Median characters', '# Median words', '# Different words', '# of all'],
        [
          ['Window', window],
          ['Reference', reference],
        ].map(([name, p]) => {
          const profile = p as WordsResult['window'];
          return [
            name as string,
            formatCount(profile.texts),
            formatNumber(profile.characters),
            formatNumber(profile.words),
            formatCount(profile.types),
            formatPercent(profile.typeTokenRatio),
          ];
        }),
      ),
      { kind: 'list', items: words.notes },
    ],
  };
}

function investigationSection(found: Investigation): ReportSection {
  return {
    title: `Investigation of ${found.alert.kind} at event ${formatCount(found.alert.fired)}`,
    blocks: [
      { kind: 'text', text: found.windows.note },
      table(
        'What goes together with the alert',
        ['Finding', 'Examiner', '# Effect', '# p', '# p, corrected', 'Events'],
        found.hypotheses.map((h) => [
          h.statement,
          h.test,
          `${h.effect.measure} ${formatNumber(h.effect.value)}`,
          formatNumber(h.p),
          formatNumber(h.pAdjusted),
          h.evidence.events
            .slice(0, 5)
            .map((e) => formatCount(e))
            .join(', '),
        ]),
      ),
      table(
        'Examiners',
        ['Examiner', 'Outcome', '# Looks', '# Seed', '# Time', 'Remarks'],
        found.tests.map((e) => [
          e.title,
          e.status,
          formatCount(e.looks),
          String(e.seed),
          formatQuantity(e.ms, 'ms'),
          e.reason ?? '',
        ]),
      ),
      {
        kind: 'list',
        items: [`Begun ${found.startedAt}, ${formatQuantity(found.ms, 'ms')}, seed ${found.seed}.`, ...found.notes],
      },
    ],
  };
}

function alertBlocks({ analysis }: ReportInputs): ReportBlock[] {
  const shown = analysis.alerts.slice(0, MAX_ALERTS);
  const cut: ReportBlock[] =
    shown.length < analysis.alerts.length
      ? [
          {
            kind: 'text',
            text: `The first ${formatCount(shown.length)} of ${formatCount(analysis.alerts.length)} alerts.`,
          },
        ]
      : [];
  return [
    ...cut,
    table(
      'Alerts',
      ['Kind', 'Stream', '# Onset', '# Fired', '# Resolved', '# Peak', '# Lag'],
      shown.map((a) => [
        a.kind,
        analysis.streams[a.stream].name,
        formatCount(a.onset),
        formatCount(a.fired),
        a.resolved === null ? 'open' : formatCount(a.resolved),
        formatNumber(a.peak),
        formatCount(a.lag),
      ]),
    ),
  ];
}

function streamTable(analysis: AnalysisReport): ReportBlock {
  return table(
    'Streams',
    ['Stream', '# Events', '# Pauses', '# Alerts'],
    [
      ...analysis.streams.map((s, i) => [
        s.name,
        formatCount(s.events),
        formatCount(s.voidEvents),
        formatCount(analysis.alerts.filter(({ stream }) => stream === i).length),
      ]),
      ...analysis.streamsLeftOut.map((s) => [`${s.name} (not tracked)`, formatCount(s.events), '', '']),
    ],
  );
}

const leftOutSentence = ({ reason, count, examples }: OpenReport['leftOut'][number]): string =>
  `${formatCount(count)} rows left out: ${reason} (${examples.slice(0, 5).join(', ')}).`;

/** Parameters, calibration and hashes: what it takes to make the same again. */
async function commonSections({ ledger, analysis, parameters }: ReportInputs): Promise<ReportSection[]> {
  const json = JSON.stringify(parameters);
  const { calibration: c } = analysis;
  return [
    {
      title: 'Parameters',
      blocks: [
        table(
          'Parameters',
          ['Name', 'Meaning', '# Value', '# Default'],
          PARAMETER_NAMES.map((name) => {
            const shown = (p: Parameters) => JSON.stringify(p[name]).replaceAll('"', '');
            return [
              name,
              PARAMETER_SPECS[name].label,
              `${shown(parameters)}${shown(parameters) === shown(DEFAULT_PARAMETERS) ? '' : ' (changed)'}`,
              shown(DEFAULT_PARAMETERS),
            ];
          }),
        ),
      ],
    },
    {
      title: 'Reference and calibration',
      blocks: [
        {
          kind: 'facts',
          facts: [
            {
              name: 'Reference',
              value: `events ${formatCount(analysis.reference.from)} to ${formatCount(analysis.reference.to - 1)}`,
            },
            { name: 'Axes', value: `${formatCount(analysis.k)} of ${formatCount(analysis.dimension)} dimensions` },
            ...CHANNELS_IN_ORDER.flatMap(
              ({ facts }) =>
                facts?.(
                  c,
                  analysis.streams.map(({ name }) => name),
                ) ?? [],
            ),
          ],
        },
      ],
    },
    {
      title: 'Provenance',
      blocks: [
        {
          kind: 'facts',
          facts: [
            { name: 'Files', value: `${formatCount(ledger.files)}, ${formatBytes(ledger.bytes)}` },
            { name: 'Fingerprint of the ledger', value: ledger.fingerprint },
            { name: 'SHA-256 of the parameters', value: await sha256(new TextEncoder().encode(json)) },
            {
              name: 'Embeddings',
              value:
                ledger.embedder === 'built-in'
                  ? 'made from the text by the built-in embedder'
                  : ledger.embedder === 'file'
                    ? 'from the ledger'
                    : 'none',
            },
            {
              name: 'Columns',
              value: Object.entries(ledger.mapping)
                .map(([own, file]) => (own === file ? own : `${own} from ${file}`))
                .join(', '),
            },
          ],
        },
        { kind: 'text', text: `Parameters as a file: ${json}` },
      ],
    },
  ];
}

/** A table; "# " before a column's name makes it one of numbers. */
function table(caption: string, columns: readonly string[], rows: ReportTable['rows']): ReportBlock {
  const named = columns.map((name) => (name.startsWith('# ') ? { name: name.slice(2), numeric: true } : { name }));
  return { kind: 'table', table: { caption, columns: named, rows } };
}
