import {
  detectorState,
  governanceWeights,
  openEpisodes,
  runDetectors,
  type DetectorColumns,
  type DetectorInputs,
  type DetectorOptions,
  type Episode,
} from '../kernels/detectors.ts';
import type { EventBlocks } from '../kernels/events.ts';
import type { Block } from '../kernels/arena.ts';
import { detectorLimits, levelLimits, scoreOf } from './calibration.ts';
import { isChangeSignal, type Changes } from './changes.ts';
import type { OutputBlocks } from './channels/stage.ts';
import { CHANNEL_TABLE, LEVEL_CHANNELS } from './channels/table.ts';
import { levelAlerts } from './levels.ts';
import type { Loaded } from './loaded.ts';
import type { Parameters } from './parameters.ts';
import { warmupOf, type ReferenceMeans } from './reference.ts';
import { blocksOf, statisticOf, type SignalSlots } from './signalColumns.ts';
import { ALERT_KINDS, EVENT_STATES, type Alert, type Calibration, type Decisions } from './types.ts';

/** What the detectors read of events and of the signals stage. */
export const detectorInputs = (
  { stream, isVoid }: Pick<EventBlocks, 'stream' | 'isVoid'>,
  seq: Block<Int32Array>,
  columns: OutputBlocks,
): DetectorInputs => ({
  ...columns,
  stream,
  isVoid,
  seq,
});

/** Everything that the detectors compare with. */
export const detectorOptions = (
  calibration: Calibration,
  p: Parameters,
  { streamEvents }: Pick<ReferenceMeans, 'streamEvents'>,
): Omit<DetectorOptions, 'referenceTo'> => ({
  limits: detectorLimits(calibration, p),
  warmup: streamEvents.map((count) => warmupOf(p.warmup, count)),
});

/** Decides on the signals in `slots` and `changes`, into `out`. */
export function decide(
  { kernels, blocks, columns: ledger, seq, range, means, events, changes }: Loaded,
  slots: SignalSlots,
  calibration: Calibration,
  p: Parameters,
  out: DetectorColumns,
): Decisions {
  const columns = blocksOf(ledger, slots);
  return kernels.arena.scope(() => {
    const state = detectorState(kernels, blocks.streams);
    const closed = runDetectors(
      kernels,
      detectorInputs(blocks, seq, columns),
      { ...detectorOptions(calibration, p, means), referenceTo: range.to },
      state,
      out,
      0,
      blocks.n,
    );
    const levels = levelAlerts(
      {
        stream: events.stream,
        seq: seq.view(),
        values: levelValues(columns, changes, blocks.n),
        limits: levelLimits(calibration, p, blocks.streams),
        onsets: (channel, stream, fired) =>
          isChangeSignal(channel) ? changes[channel].onset(stream, fired) : undefined,
      },
      blocks.streams,
      range.to,
    );
    let z: Float64Array | null = null;
    let weights: Float64Array | null = null;
    return {
      get eventState() {
        return out.eventState.view();
      },
      get cusum() {
        return out.cusum.view();
      },
      get notice() {
        return out.notice.view();
      },
      get z() {
        const boxCox = columns.boxCox.view();
        return (z ??= out.cusum.view().map((sum, i) => scoreOf(boxCox[i], sum, calibration)));
      },
      get J() {
        return (weights ??= weightsOf({ blocks, friction: columns.friction, out }, calibration.lo, p.dwell));
      },
      alerts: [...[...closed, ...openEpisodes(state)].map(alertOf), ...levels].sort(byFired),
      governanceWeight: governanceWeights(state),
      calibration,
    };
  });
}

const WARMING = EVENT_STATES.indexOf('WARMING');

/** Governance weight after every event, by the arithmetic of the detectors' kernel; NaN while a stream is warming. */
function weightsOf(
  { blocks, friction, out }: { blocks: EventBlocks; friction: Block<Float64Array>; out: DetectorColumns },
  lo: number,
  dwell: number,
): Float64Array {
  const [stream, isVoid, delta] = [blocks.stream.view(), blocks.isVoid.view(), friction.view()];
  const eventState = out.eventState.view();
  const below = new Int32Array(blocks.streams);
  const weight = new Float64Array(blocks.streams);
  return Float64Array.from(eventState, (state, i) => {
    if (state === WARMING) return Number.NaN;
    const s = stream[i];
    if (isVoid[i] === 0) {
      below[s] = delta[i] < lo ? below[s] + 1 : 0;
      if (below[s] >= dwell) weight[s] += (lo - delta[i]) / lo;
    }
    return weight[s];
  });
}

/** The column of each level, in the order of `LEVEL_CHANNELS`. */
const levelValues = (columns: OutputBlocks, changes: Changes, n: number): Float64Array[] =>
  LEVEL_CHANNELS.map((id) => {
    const name = CHANNEL_TABLE[id].level;
    return isChangeSignal(name) ? statisticOf(changes, name, n) : (columns as Columns)[name].view();
  });
type Columns = Readonly<Record<string, Block<Float64Array>>>;

/** An episode of the kernel as an alert. */
export function alertOf({ kind, stream, onset, fired, resolved: resolved, onsetSeq, firedSeq, peak }: Episode): Alert {
  return {
    kind: ALERT_KINDS[kind],
    stream,
    onset,
    fired,
    resolved: resolved < 0 ? null : resolved,
    onsetSeq,
    firedSeq,
    peak,
    lag: firedSeq - onsetSeq,
  };
}

/** The order of `Decisions.alerts`: fired, stream, kind. */
export const byFired = (a: Alert, b: Alert): number =>
  a.fired - b.fired || a.stream - b.stream || (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0);
