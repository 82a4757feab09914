import type { Arena, Block } from '../../kernels/arena.ts';
import { requireLength } from '../../kernels/check.ts';
import { requireLengths, requireRange, type StateBlock } from '../../kernels/events.ts';
import type { KernelModule } from '../../kernels/module.ts';
import {
  CHANGE_WINDOWS,
  changeDegrees,
  FEWEST_MESSAGES,
  type ChangeAlert,
  type ChangeReference,
  type ChangeSettings,
  type ChangeWindow,
} from './types.ts';

declare module '../../kernels/exports.ts' {
  interface KernelExports {
    change(
      from: number,
      to: number,
      axes: number,
      degrees: number,
      tau2: number,
      pi: number,
      limit: number,
      root: number,
      within: number,
      between: number,
      model: number,
      place: number,
      only: number,
      stream: number,
      conversation: number,
      features: number,
      single: number,
      origin: number,
      states: number,
      scratch: number,
      values: number,
      rolling: number,
      records: number,
      capacity: number,
    ): number;
    changeRecall(state: number, axes: number, conversation: number, messages: number, sum: number): void;
    changeRecordBytes(axes: number): number;
    changeRecords(): number;
    changeStateBytes(axes: number): number;
    changeWindow(state: number, axes: number, window: number, to: number): void;
  }
}

/** Columns of n events in wasm memory: a whole ledger, or a batch of it. */
interface ChangeEvents {
  readonly stream: Block<Int32Array>;
  /** Number of the conversation within its stream; -1 = not counted. */
  readonly conversation: Block<Int32Array>;
  /** A row of `axes` an event, read of counted events; what is not finite stands for the stream's mean. */
  readonly features: Block<Float64Array> | Block<Float32Array>;
  /** 1 where a stream is computed; nothing is written for the events of the others. Absent = all. */
  readonly only?: Block<Uint8Array>;
  /** S; NaN = none. */
  readonly statistic: Block<Float64Array>;
  /**
   * S with every window against all before it, whatever alert is open: it does not depend on the limit, and is S of any
   * limit up to the stream's first event above it.
   */
  readonly rolling?: Block<Float64Array>;
}

/** What became of an alert at an event: it fired, with its heaviest window, or was cleared. */
export interface ChangeStep {
  readonly alert: ChangeAlert;
  readonly window: ChangeWindow | null;
}

export interface ChangeMachine {
  /** Of the streams with a statistic; copied out it is saved, copied back it goes on, bit for bit. */
  readonly state: StateBlock;
  /**
   * Events [from, to), all of them after the reference.
   * @param origin position of event 0 in the ledger, for the alerts
   */
  run(events: ChangeEvents, from: number, to: number, origin?: number): ChangeStep[];
  /** The windows of a stream after the last event taken in, as CHANGE_WINDOWS; none where it has no statistic. */
  windows(stream: number): ChangeWindow[];
  /** Alerts open after the last event taken in, by stream. */
  open(): ChangeAlert[];
}

/** Where the state of a stream has what, see wasm/change.ts: 32-bit and 64-bit numbers. */
const STATE = { open: 3, onset: 2, fired: 3, peak: 4 } as const;
/** 64-bit numbers before the window of a record. */
const RECORD = 6;
const CAPACITY = 64;

const widthOf = (axes: number): number => (axes + 1) & ~1;

/** Pointers to what the reference fixes. */
function placeVectors(
  arena: Arena,
  { axes, root, within, between, streams }: ChangeReference,
  known: readonly number[],
) {
  const width = widthOf(axes);
  const vectors = arena.f64(width * (axes + 2 + 3 * known.length));
  // Where the number of axes is odd, one more that weighs nothing: it has no variance to share and learns nothing.
  const fill = (row: number, values: Float64Array, padding: number): void => {
    requireLength('vector', values, axes);
    const at = row * width;
    vectors.view().fill(padding, at, at + width);
    vectors.view().set(values, at);
  };
  for (let a = 0; a < axes; a++) fill(a, root.subarray(a * axes, (a + 1) * axes), 0);
  fill(axes, within, 1);
  fill(axes + 1, between, Infinity);
  known.forEach((s, own) => {
    const row = axes + 2 + 3 * own;
    fill(row, streams[s].mean, 0);
    fill(row + 1, streams[s].information, 1);
    fill(row + 2, streams[s].centre, 0);
  });
  const at = (row: number): number => vectors.ptr + row * width * Float64Array.BYTES_PER_ELEMENT;
  return { root: at(0), within: at(axes), between: at(axes + 1), model: at(axes + 2) };
}

/** Two entries of each of a pair of vectors in turn: so lie U and I. */
function windowOf(doubles: Float64Array, axes: number): ChangeWindow {
  const [sum, grown, sumBefore, informationBefore] = [0, 1, 2, 3].map((row) =>
    Float64Array.from(
      { length: axes },
      (_, a) => doubles[(row >> 1) * 2 * widthOf(axes) + (a >> 1) * 4 + (row & 1) * 2 + (a & 1)],
    ),
  );
  return { sum, information: grown, sumBefore, informationBefore };
}

/**
 * The machine at the end of the reference. Its memory stays taken in the arena of `kernels`.
 * @param limit Infinity where the channel is out of action: then nothing fires
 */
export function openChange(
  { arena, exports }: KernelModule,
  reference: ChangeReference,
  { tau, pi }: ChangeSettings,
  limit: number,
): ChangeMachine {
  const { axes, streams, wander } = reference;
  const width = widthOf(axes);
  const known = streams.map((_, s) => s).filter((s) => streams[s].messages >= FEWEST_MESSAGES);
  const place = arena.i32(streams.length);
  place.view().fill(-1);
  known.forEach((s, own) => (place.view()[s] = own));
  const { root, within, between, model } = placeVectors(arena, reference, known);

  const stateBytes = exports.changeStateBytes(axes);
  const state = arena.u8(known.length * stateBytes);
  state.view().fill(0);
  recall();

  function recall(): void {
    arena.scope(() => {
      const sum = arena.f64(width);
      known.forEach((s, own) => {
        const { conversation, messages, sums } = streams[s].newest;
        conversation.forEach((key, row) => {
          sum.view().fill(0);
          sum.view().set(sums.subarray(row * axes, (row + 1) * axes));
          exports.changeRecall(state.ptr + own * stateBytes, axes, key, messages[row], sum.ptr);
        });
      });
    });
  }

  const recordDoubles = exports.changeRecordBytes(axes) / 8;
  function recordsOf(view: Float64Array): ChangeStep[] {
    return Array.from({ length: exports.changeRecords() }, (_, r) => {
      const record = view.subarray(r * recordDoubles, (r + 1) * recordDoubles);
      const [cleared, stream, onset, fired, position, peak] = record;
      return {
        alert: { stream, onset, fired, cleared: cleared === 1 ? position : null, peak },
        window: cleared === 1 ? null : windowOf(record.subarray(RECORD), axes),
      };
    });
  }

  return {
    state,
    run(events, from, to, origin = 0) {
      const { stream, conversation, features, only, statistic, rolling } = events;
      const n = stream.length;
      requireRange(from, to, n);
      requireLengths({ conversation, statistic, ...(rolling && { rolling }) }, n);
      requireLength('features', features, n * axes);
      if (only) requireLength('only', only, streams.length);
      const steps: ChangeStep[] = [];
      arena.scope(() => {
        const scratch = arena.f64(2 * width + 10);
        const records = arena.f64(CAPACITY * recordDoubles);
        for (let next = from; next < to;) {
          next = exports.change(
            next,
            to,
            axes,
            changeDegrees(wander),
            tau ** 2,
            pi,
            limit,
            root,
            within,
            between,
            model,
            place.ptr,
            only?.ptr ?? 0,
            stream.ptr,
            conversation.ptr,
            features.ptr,
            features.view() instanceof Float32Array ? 1 : 0,
            origin,
            state.ptr,
            scratch.ptr,
            statistic.ptr,
            rolling?.ptr ?? 0,
            records.ptr,
            CAPACITY,
          );
          steps.push(...recordsOf(records.view()));
        }
      });
      return steps;
    },
    windows(stream) {
      const own = known.indexOf(stream);
      if (own < 0) return [];
      return arena.scope(() => {
        const to = arena.f64(4 * width);
        return CHANGE_WINDOWS.map((_, window) => {
          exports.changeWindow(state.ptr + own * stateBytes, axes, window, to.ptr);
          return windowOf(to.view(), axes);
        });
      });
    },
    open() {
      const { buffer, byteOffset, length } = state.view();
      const ints = new Int32Array(buffer, byteOffset, length / 4);
      const doubles = new Float64Array(buffer, byteOffset, length / 8);
      return known.flatMap((stream, own) => {
        if (ints[(own * stateBytes) / 4 + STATE.open] === 0) return [];
        const [onset, fired, peak] = doubles.subarray((own * stateBytes) / 8 + STATE.onset);
        return { stream, onset, fired, cleared: null, peak };
      });
    },
  };
}

/** Alerts in the order in which they fired, of those that were open before, the steps since and those open now. */
export function alertsOf(steps: readonly ChangeStep[], open: readonly ChangeAlert[]): ChangeAlert[] {
  const cleared = steps.filter(({ alert }) => alert.cleared !== null).map(({ alert }) => alert);
  return [...cleared, ...open].sort((p, q) => p.fired - q.fired || p.stream - q.stream);
}
