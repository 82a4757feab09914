import { formatBytes, formatCount, formatNumber, formatQuantity } from '../../core/format.ts';
import { CHANNELS_IN_ORDER } from '../../detection/channels/index.ts';
import { NOTICE_KINDS, NOTICE_LABELS } from '../../detection/channels/table.ts';
import type { Fact, ReportBlock, ReportSection } from '../../detection/drilldown/report/report.ts';
import type { Investigation } from '../../detection/drilldown/types.ts';
import { DEFAULT_PARAMETERS, PARAMETER_NAMES, PARAMETER_SPECS, type Parameters } from '../../detection/parameters.ts';
import {
  channelLabel,
  fewStreams,
  noAlertsText,
  noPowerText,
  outagesOf,
  powerText,
  watchedText,
} from '../../detection/healthText.ts';
import type { Alert } from '../../detection/types.ts';
import { sha256 } from '../../ledger/sha256.ts';
import type { OpenReport } from '../../ledger/types.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import type { ChangePower } from '../lab/changePower.ts';
import { table } from './reportTable.ts';

/** What a report is made from. */
export interface ReportInputs {
  readonly ledger: OpenReport;
  readonly analysis: AnalysisReport;
  readonly parameters: Parameters;
  /** Investigations that have been made, by `subjectKey`. */
  readonly investigations: Readonly<Record<string, Investigation>>;
  readonly generatedAt: Date;
  /** What size of change would have been found; null where it was not measured. */
  readonly power?: ChangePower | null;
}

const MAX_ALERTS = 500;

export function alertFacts(alert: Alert, { analysis }: ReportInputs): Fact[] {
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

export function alertBlocks({ analysis }: ReportInputs): ReportBlock[] {
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

/** Single events beyond a limit, which are no alerts. */
export const noticesText = ({ notices }: AnalysisReport): string =>
  NOTICE_KINDS.map((kind) => `${NOTICE_LABELS[kind]}: ${formatCount(notices[kind])}`).join(', ');

/** Which channels could raise something, and why the others could not. */
export function watchedBlocks({ analysis, power }: ReportInputs): ReportBlock[] {
  const names = analysis.streams.map(({ name }) => name);
  const outages = outagesOf(analysis.health);
  const channels = [...new Set(analysis.health.map(({ channel }) => channel))];
  const found = power
    ? [...power.channels.map((own) => powerText(own, names)), ...power.missing.map(noPowerText)]
    : ['What size of change would have been found was not measured.'];
  return [
    { kind: 'text', text: (analysis.alerts.length === 0 ? noAlertsText : watchedText)(analysis).join(' ') },
    table(
      'Detectors',
      ['Detector', 'State', 'Streams', 'Why', 'What would help'],
      channels.flatMap((channel) => {
        const own = outages.filter((outage) => outage.channel === channel);
        const out = own.reduce((sum, { streams }) => sum + (streams?.length ?? names.length), 0);
        const armed =
          out < names.length ? [[channelLabel(channel), 'armed', out === 0 ? 'all' : 'all others', '', '']] : [];
        return [
          ...armed,
          ...own.map(({ label, streams, reason, help }) => [
            label,
            'out of action',
            streams === null ? 'all' : fewStreams(streams, names),
            reason,
            help,
          ]),
        ];
      }),
    ),
    ...(analysis.retrospective ? [] : [{ kind: 'list' as const, items: found }]),
  ];
}

export function streamTable(analysis: AnalysisReport): ReportBlock {
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

export const leftOutSentence = ({ reason, count, examples }: OpenReport['leftOut'][number]): string =>
  `${formatCount(count)} rows left out: ${reason} (${examples.slice(0, 5).join(', ')}).`;

/** Parameters, calibration and hashes: what it takes to make the same again. */
export async function commonSections({ ledger, analysis, parameters }: ReportInputs): Promise<ReportSection[]> {
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
            { name: 'Embeddings', value: embeddingsText(ledger) },
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

/** What made the vectors, as far as it is known: of a model its probe and how it was used. */
export function embeddingsText({
  embedder,
  model,
  embedded,
}: Pick<OpenReport, 'embedder' | 'model' | 'embedded'>): string {
  if (embedder === 'none') return 'none';
  if (embedder === 'built-in') return 'made from the text by the built-in embedder';
  if (!model) return 'from the ledger, which does not say what made them';
  const { kind, pooling, limit, limitFrom, mostPieces } = model.settings;
  const read =
    kind === 'static'
      ? 'static, a vector a token'
      : `${formatCount(limit)} tokens at once (${limitFrom}), ${formatCount(mostPieces)} such pieces at most`;
  const cut = embedded && embedded.cut > 0 ? `; of ${formatCount(embedded.cut)} texts the end was not read` : '';
  return (
    `${embedder === 'file' ? 'from the ledger, made' : 'made from the text'} by the model ${model.name}: ` +
    `${formatCount(model.dimension)} dimensions, probe ${model.probe}, pooling ${pooling}, ${read}${cut}`
  );
}
