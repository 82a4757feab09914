import { counted, formatCount } from '../core/format.ts';
import { shown } from '../core/printable.ts';
import { Scheduler } from '../core/scheduler.ts';
import { alertsToJson } from '../detection/alertJson.ts';
import { incidentsOf } from '../detection/incidents/group.ts';
import { incidentText } from '../detection/incidents/text.ts';
import { CHANGE_CHANNELS, changeChannelOf } from '../detection/channels/table.ts';
import { changeSummary, conversationsText } from '../detection/drilldown/changed/words.ts';
import { calibrationToJson } from '../detection/export.ts';
import { noticeCounts, noticesOf, noticesToJson } from '../detection/notices.ts';
import { changePower } from '../detection/change/power.ts';
import { fewStreams, noPowerText, outagesOf, powerText, watchedText, type Outage } from '../detection/healthText.ts';
import { ALERT_KINDS } from '../detection/types.ts';
import { signalsToParquet } from '../analysis/signalsTable.ts';
import { alertExcess } from '../analysis/series.ts';
import type { Analysis } from '../analysis/stages.ts';
import { findWhatChanged } from '../analysis/whatChanged.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import type { OpenReport } from '../ledger/types.ts';
import { readBaselineFile } from './baselineFile.ts';
import { readOptions, refused, requireLedgers } from './options.ts';
import { intoFolder, type Output } from './output.ts';
import { OPENING_OPTIONS, readOpening } from './opening.ts';
import { countLine } from './part.ts';
import { readParameters } from './parameters.ts';
import { print } from './print.ts';
import { openSession, type Session } from './session.ts';
import { few, leftOutLines } from './leftOut.ts';

/** Notices that alerts.json lists at most; signals.parquet has all of them. */
const MOST_NOTICES = 100_000;

/** Alerts of lasting change that are told in words. */
const MOST_CHANGED = 12;
const FILES = ['signals.parquet', 'alerts.json', 'calibration.json'];

/**
 * `tautline analyze`: the pipeline over a ledger; writes signals.parquet, alerts.json and calibration.json into a
 * folder.
 * @returns the exit status
 */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = readOptions(args, {
    params: { type: 'string' },
    stream: { type: 'string' },
    baseline: { type: 'string' },
    out: { type: 'string' },
    power: { type: 'boolean' },
    ...OPENING_OPTIONS,
  });
  const ledgers = requireLedgers(positionals);
  const opening = await readOpening(values);
  const { out, params, stream, baseline } = values;
  if (out === undefined) throw refused('--out DIR', 'is missing', `Say where ${FILES.join(', ')} go`);
  const file = baseline === undefined ? null : await readBaselineFile(baseline);
  const given = file?.bundle ?? null;
  // A bundle's calibration is that of its parameters.
  const parameters = await readParameters(params, {
    ...(params === undefined ? given?.parameters : {}),
    ...(stream === undefined ? {} : { stream }),
  });
  const warnings: string[] = [];
  if (given && given.parameters.stream !== parameters.stream) {
    warnings.push(
      `The streams of ${baseline} are taken by ${shown(given.parameters.stream)}, here by ` +
        `${shown(parameters.stream)}: they are matched by name.`,
    );
  }
  const inputs = [...ledgers, params, baseline, values.mapping].filter((path) => path !== undefined);
  const { report, analysis, changed, found } = await intoFolder(out, FILES, inputs, async (output) => {
    const session = await openSession(ledgers, parameters, {
      baseline: file && ((opened) => file.forLedger(opened, (sentence) => warnings.push(sentence))),
      embedderReference: given?.ledger.embedderReference,
      ...opening,
    });
    await writeResults(output, session);
    const changed = await changedLines(session);
    const found = values.power ? await powerLines(session) : [];
    return { report: session.ledger.report, analysis: session.analysis, changed, found };
  });
  for (const line of [...summary(report, analysis, baseline, warnings, found), ...changed]) print(line);
  return 0;
}

/** What size of change would be found, measured on the reference. */
async function powerLines({ kernels, stages, analysis }: Session): Promise<string[]> {
  const options = { signal: new AbortController().signal, onProgress: () => undefined };
  const lines: string[] = [];
  for (const channel of CHANGE_CHANNELS) {
    const input = await stages.powerInput(channel, options);
    lines.push(
      typeof input === 'string'
        ? noPowerText({ channel, reason: input })
        : powerText(
            await changePower(kernels, input, new Scheduler('Measuring what would be found', options)),
            analysis.events.streams,
          ),
    );
  }
  return lines;
}

const outageLine = ({ label, streams, reason, help }: Outage, { streams: names }: Analysis['events']): string =>
  `${label}${streams === null ? '' : ` in ${fewStreams(streams, names)}`}: ${reason}. ${help}`;

async function writeResults(output: Output, { ledger, analysis }: Session): Promise<void> {
  const { events, signals, decisions } = analysis;
  await output.write('signals.parquet', await signalsToParquet(nodePlatform(), events, signals, decisions));
  const { model } = ledger.report;
  const alerts = alertsToJson(decisions.alerts, events.streams).map((alert) =>
    model ? { ...alert, model: model.probe } : alert,
  );
  const notices = noticesToJson(noticesOf(events, signals, decisions).slice(0, MOST_NOTICES), events.streams);
  await output.write('alerts.json', json([...alerts, ...notices]));
  await output.write('calibration.json', json(calibrationToJson(analysis)));
}

function summary(
  report: OpenReport,
  analysis: Analysis,
  baseline: string | undefined,
  warnings: readonly string[],
  power: readonly string[],
): string[] {
  const { grouping, events, decisions, leftOut, retrospective, health, reference: range } = analysis;
  const reference = counted(decisions.calibration.ref, 'event');
  const of = baseline === undefined ? '' : ` of ${baseline}`;
  const streams = counted(events.streams.length, 'stream');
  const lines = [`${countLine(report, events.n)} in ${streams}, reference ${reference}${of}`];
  lines.push(...leftOutLines(report));
  if (leftOut.length > 0) {
    const beyond = `${counted(leftOut.length, 'stream')} beyond the busiest ${events.streams.length}`;
    const names = leftOut.map((stream) => stream.name);
    const lost = leftOut.reduce((sum, stream) => sum + stream.events, 0);
    lines.push(`left out: ${beyond} (${counted(lost, 'event')}): ${few(names, names.length)}`);
  }
  for (const note of [...warnings, ...report.notes, ...grouping.notes]) lines.push(`note: ${note}`);
  // Under 200 events one line says it of all.
  if (!retrospective)
    for (const outage of outagesOf(health)) lines.push(`out of action: ${outageLine(outage, events)}`);
  const counts = ALERT_KINDS.map(
    (kind) => [kind, decisions.alerts.filter((alert) => alert.kind === kind).length] as const,
  ).filter(([, count]) => count > 0);
  const watched = watchedText({ health, reference: range, events: events.n, calibration: decisions.calibration });
  if (counts.length > 0) lines.push(`alerts: ${counts.map(([kind, count]) => `${count} ${kind}`).join(', ')}`);
  else lines.push(`alerts: none. ${watched.join(' ')}`);
  lines.push(...incidentLines(analysis));
  lines.push(...noticeLines(decisions), ...power.map((text) => `would be found: ${text}`));
  return lines;
}

/** So many incidents are named; alerts.json has every alert. */
const MOST_INCIDENTS = 5;

/** What happened, to whom, since when and how sure that is, the most severe first. */
function incidentLines(analysis: Analysis): string[] {
  const { events, decisions, health, parameters, reference } = analysis;
  const { alerts } = decisions;
  if (alerts.length === 0) return [];
  const excess = alertExcess(analysis);
  const watched = events.n - reference.to;
  const incidents = incidentsOf({ alerts, excess, streams: events.streams.length, events: events.n, watched });
  const lines = [`incidents: ${formatCount(incidents.length)}, the most severe first`];
  for (const incident of incidents.slice(0, MOST_INCIDENTS))
    lines.push(`incident: ${incidentText(incident, events.streams, { alerts, health, parameters })}`);
  const more = incidents.length - MOST_INCIDENTS;
  if (more > 0) lines.push(`and ${formatCount(more)} more incidents`);
  return lines;
}

function noticeLines(decisions: Analysis['decisions']): string[] {
  const noticed = Object.entries(noticeCounts(decisions)).filter(([, count]) => count > 0);
  const lines = [`notices: ${noticed.length === 0 ? 'none' : noticed.map(([kind, n]) => `${n} ${kind}`).join(', ')}`];
  const all = noticed.reduce((sum, [, count]) => sum + count, 0);
  if (all > MOST_NOTICES)
    lines.push(
      `note: alerts.json lists the first ${formatCount(MOST_NOTICES)} of ${formatCount(all)} notices; ` +
        'signals.parquet has all',
    );
  return lines;
}

/** One line for every alert of style, meaning and behaviour. */
async function changedLines({ kernels, ledger, analysis }: Session): Promise<string[]> {
  const { decisions, events } = analysis;
  const alerts = decisions.alerts.filter(({ kind }) => changeChannelOf(kind) !== null);
  const lines: string[] = [];
  for (const alert of alerts.slice(0, MOST_CHANGED)) {
    const found = await findWhatChanged(kernels.fork(), ledger, analysis, alert, {
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    lines.push(
      `${alert.kind} of ${events.streams[alert.stream]}, since about event ${formatCount(alert.onset)}: ` +
        `${changeSummary(found)} (${conversationsText(found)})`,
    );
  }
  if (alerts.length > MOST_CHANGED) lines.push(`and ${formatCount(alerts.length - MOST_CHANGED)} more of their kinds`);
  return lines;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;
