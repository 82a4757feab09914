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
import type { OutputBlocks } from './channels/stage.ts';
import { CHANNEL_TABLE, LEVEL_CHANNELS } from './channels/table.ts';
import type { Loaded } from './loaded.ts';
import type { Parameters } from './parameters.ts';
import { warmupOf, type ReferenceMeans } from './reference.ts';
import { blocksOf, type SignalSlots } from './signalColumns.ts';
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
  levels: LEVEL_CHANNELS.map((id) => columns[CHANNEL_TABLE[id].level]),
});

/** Everything that the detectors compare with. */
export const detectorOptions = (
  calibration: Calibration,
  p: Parameters,
  { streamEvents }: Pick<ReferenceMeans, 'streamEvents'>,
): Omit<DetectorOptions, 'referenceTo'> => ({
  limits: detectorLimits(calibration, p),
  levelLimits: levelLimits(calibration, p, streamEvents.length),
  warmup: streamEvents.map((count) => warmupOf(p.warmup, count)),
});

/** Decides on the signals in `slots`, into `out`. */
export function decide(
  { kernels, blocks, columns: ledger, seq, range, means }: Loaded,
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
      alerts: [...closed, ...openEpisodes(state)].map(alertOf).sort(byFired),
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
