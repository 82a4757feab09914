import { formatNumber } from '../core/format.ts';
import { valuesInForce, type ValuesInForce } from '../detection/inForce.ts';
import { noticeCounts } from '../detection/notices.ts';
import { outagesOf, outageText } from '../detection/healthText.ts';
import { resolveSync } from '../detection/reference.ts';
import type { OpenedLedger } from '../ledger/types.ts';
import type { AnalysisReport } from './protocol.ts';
import type { Analysis } from '../analysis/stages.ts';

/** An analysis as the page sees it: figures, alerts and sentences, no columns. */
export function describe(
  revision: number,
  signalsRevision: number,
  ledger: OpenedLedger,
  analysis: Analysis,
): AnalysisReport {
  const { parameters, grouping, events, leftOut, reference, retrospective, projection, decisions } = analysis;
  const { health, baselineAlerts, timings } = analysis;
  return {
    revision,
    signalsRevision,
    parameters,
    streamKey: grouping.key,
    events: events.n,
    streams: streamCounts(analysis),
    streamsLeftOut: leftOut,
    hasTime: events.hasTime,
    hasLatency: events.hasLatency,
    timeRange: events.hasTime && events.n > 0 ? [events.time[0], events.time[events.n - 1]] : [Number.NaN, Number.NaN],
    reference,
    retrospective,
    sync: resolveSync(parameters, events.hasLatency),
    k: projection.k,
    dimension: projection.dimension,
    eigenvalues: [...projection.eigenvalues],
    calibration: decisions.calibration,
    health,
    alerts: decisions.alerts,
    baselineAlerts,
    notices: noticeCounts(decisions),
    inForce: inForce(ledger, analysis),
    timings,
    notes: notesOf(ledger, analysis),
  };
}

function inForce(ledger: OpenedLedger, analysis: Analysis): ValuesInForce {
  const { parameters, grouping, events, reference, projection } = analysis;
  const ofReference = new Array<number>(events.streams.length).fill(0);
  for (let i = reference.from; i < reference.to; i += 1) ofReference[events.stream[i]] += 1;
  // Without providers the default key takes the agents.
  const isAgents = grouping.key === 'provider_id' && ledger.columns.provider === null;
  return valuesInForce({
    parameters,
    streamsBy: isAgents ? 'agent_id' : grouping.key,
    reference: reference.to > reference.from ? reference.to - reference.from : null,
    k: projection.k,
    sync: resolveSync(parameters, events.hasLatency),
    streamEvents: streamCounts(analysis).map((stream) => stream.events),
    referenceEvents: ofReference,
  });
}

/** The same for every report on the same events: a slider makes dozens a second. */
const counted = new WeakMap<Analysis['events'], AnalysisReport['streams']>();

function streamCounts({ events }: Analysis): AnalysisReport['streams'] {
  const known = counted.get(events);
  if (known) return known;
  const all = new Int32Array(events.streams.length);
  const voids = new Int32Array(events.streams.length);
  for (let i = 0; i < events.n; i += 1) {
    all[events.stream[i]] += 1;
    voids[events.stream[i]] += events.isVoid[i];
  }
  const streams = events.streams.map((name, stream) => ({ name, events: all[stream], voidEvents: voids[stream] }));
  counted.set(events, streams);
  return streams;
}

function notesOf(
  ledger: OpenedLedger,
  { parameters, grouping, events, retrospective, projection, health }: Analysis,
): string[] {
  const notes: string[] = [...grouping.notes];
  if (retrospective)
    notes.push(
      'This ledger has fewer than 200 events: it is analysed in retrospect, the whole of it is the reference ' +
        'and no alert is raised.',
    );
  if (projection.k < parameters.k)
    notes.push(
      `The embeddings of the reference vary in ${projection.k} directions only: ${projection.k} axes are ` +
        `used, not ${parameters.k}.`,
    );
  if (ledger.report.embedder === 'built-in')
    notes.push('Embeddings were made from the text by the built-in embedder: they see words, not meanings.');
  if (!events.hasTime)
    notes.push('There are no timestamps: events stand in the order of their ids, and the time axis counts events.');
  if (!events.hasLatency)
    notes.push(
      `There are no latencies: the window stays at ${formatNumber(parameters.win_min)} ms and memories do not stretch.`,
    );
  // Under 200 events one note says it of all.
  if (!retrospective) for (const outage of outagesOf(health)) notes.push(outageText(outage, events.streams));
  return notes;
}
