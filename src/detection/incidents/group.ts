import type { EventIndex, StreamIndex } from '../../core/units.ts';
import type { AlertKind } from '../channels/table.ts';
import type { Alert } from '../types.ts';

/**
 * Alerts that belong together (docs/methods.md 16): those of one stream that overlap from onset to where they were
 * resolved, and those of other streams that began at the same moment.
 */
export interface Incident {
  /** Positions among the alerts, by onset. */
  readonly alerts: readonly number[];
  /** In the order in which they left their reference. */
  readonly streams: readonly StreamIndex[];
  /** Those of them in which an alert is still open at the end. */
  readonly out: readonly StreamIndex[];
  /** In the order in which they fired. */
  readonly kinds: readonly AlertKind[];
  readonly onset: EventIndex;
  /** The first firing. */
  readonly fired: EventIndex;
  /** First event after the last of its alerts; null while one is open. */
  readonly resolved: EventIndex | null;
  /** Events of the ledger from its onset to where it was resolved. */
  readonly events: number;
  /** How many times a limit it was at its worst, and which alert that was; NaN and -1 where that is not known. */
  readonly excess: number;
  readonly worst: number;
  /** What incidents are ranked by. */
  readonly severity: number;
}

/** Streams that begin within so many events of each stream began at one moment. */
const MOMENT = 8;

export interface IncidentInput {
  readonly alerts: readonly Alert[];
  /** By alert (excess.ts); empty while it is not known. */
  readonly excess: ArrayLike<number>;
  readonly streams: number;
  /** Events of the ledger, and those that are watched. */
  readonly events: number;
  readonly watched: number;
}

/** Alerts of one stream, each of which overlaps those before it. */
interface Run {
  readonly stream: StreamIndex;
  readonly alerts: number[];
  readonly onset: EventIndex;
  fired: EventIndex;
  end: number;
}

/** The most severe first. */
export function incidentsOf(input: IncidentInput): Incident[] {
  const runs = runsOf(input.alerts).sort((a, b) => a.onset - b.onset || a.stream - b.stream);
  return joined(runs, MOMENT * input.streams)
    .map((group) => incidentOf(group, input))
    .sort((a, b) => b.severity - a.severity || a.onset - b.onset || a.streams[0] - b.streams[0]);
}

const endOf = ({ resolved, fired }: Alert): number =>
  resolved === null ? Number.POSITIVE_INFINITY : Math.max(resolved, fired + 1);

function runsOf(alerts: readonly Alert[]): Run[] {
  const order = alerts.map((_, i) => i).sort((a, b) => alerts[a].onset - alerts[b].onset || a - b);
  const newest = new Map<StreamIndex, Run>();
  const runs: Run[] = [];
  for (const i of order) {
    const { stream, onset, fired } = alerts[i];
    const run = newest.get(stream);
    if (run && onset < run.end) {
      run.alerts.push(i);
      run.fired = Math.min(run.fired, fired);
      run.end = Math.max(run.end, endOf(alerts[i]));
      continue;
    }
    const begun: Run = { stream, alerts: [i], onset, fired, end: endOf(alerts[i]) };
    newest.set(stream, begun);
    runs.push(begun);
  }
  return runs;
}

/**
 * Runs of other streams join the first that began at their moment. They are compared with that one alone: were they
 * compared with each other, one moment would lead to the next and all would be one.
 */
function joined(runs: readonly Run[], moment: number): Run[][] {
  const groups: Run[][] = [];
  let open: Run[][] = [];
  for (const run of runs) {
    open = open.filter(([head]) => head.fired + moment >= run.onset);
    const group = open.find((members) => members.every(({ stream }) => stream !== run.stream));
    if (group) group.push(run);
    else {
      const begun = [run];
      groups.push(begun);
      open.push(begun);
    }
  }
  return groups;
}

function incidentOf(runs: readonly Run[], { alerts, excess, events, watched }: IncidentInput): Incident {
  const own = runs.flatMap((run) => run.alerts).sort((a, b) => alerts[a].onset - alerts[b].onset || a - b);
  const byFiring = [...own].sort((a, b) => alerts[a].fired - alerts[b].fired || a - b);
  const end = Math.max(...runs.map((run) => run.end));
  const onset = runs[0].onset;
  const length = Math.min(end, events) - onset;
  const worst = own.reduce((best, i) => (excess[i] > (best < 0 ? 0 : excess[best]) ? i : best), -1);
  const over = worst < 0 ? Number.NaN : excess[worst];
  return {
    alerts: own,
    streams: runs.map(({ stream }) => stream),
    out: runs.filter((run) => run.end === Number.POSITIVE_INFINITY).map(({ stream }) => stream),
    kinds: [...new Set(byFiring.map((i) => alerts[i].kind))],
    onset,
    fired: Math.min(...runs.map(({ fired }) => fired)),
    resolved: end === Number.POSITIVE_INFINITY ? null : end,
    events: length,
    excess: over,
    worst,
    severity: (Number.isNaN(over) ? 1 : over) * Math.sqrt(length / Math.max(length, watched)) * runs.length,
  };
}
