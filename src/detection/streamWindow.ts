import type { StreamIndex } from '../core/units.ts';
import type { Block } from '../kernels/arena.ts';
import type { DetectorColumns } from '../kernels/detectors.ts';
import type { EventBlocks } from '../kernels/events.ts';
import type { KernelModule } from '../kernels/module.ts';
import { fromBase64, toBase64 } from './base64.ts';
import {
  allocateOutputs,
  type ColumnName,
  type OpenStage,
  type OutputBlocks,
  type StageBlocks,
  type StageReference,
} from './channels/stage.ts';
import { STAGES } from './channels/generated/stages.ts';
import { STAGE_IDS, STAGE_TABLE, type StageId } from './channels/table.ts';
import type { Parameters } from './parameters.ts';
import type { StreamEvent, StreamState } from './streamTypes.ts';

type Shape = Pick<EventBlocks, 'k' | 'streams'>;

/** The event at hand in the last row, and before it the newest events of its thread. */
export interface EventWindow {
  readonly rows: number;
  /** Row of the event at hand. */
  readonly at: number;
  readonly blocks: EventBlocks;
  readonly seq: Block<Int32Array>;
  readonly columns: StageBlocks;
  readonly decided: DetectorColumns;
  place(e: StreamEvent, s: StreamIndex): void;
  /** Keeps what later events of the thread need of the event, once it was computed. */
  remember(e: StreamEvent, s: StreamIndex): void;
  save(): Pick<StreamState, 'seq' | 'threads' | 'instantiations'>;
  /** False if the state does not fit. */
  restore(state: StreamState): boolean;
}

/**
 * @param turns whether coupling matches by turns, and so whether threads have to be remembered
 * @param mostThreads that are, those spoken in last
 */
export function createEventWindow(
  kernels: KernelModule,
  { k, streams }: Shape,
  p: Parameters,
  turns: boolean,
  mostThreads: number,
): EventWindow {
  const { arena } = kernels;
  const rows = p.turn_window + 1;
  const at = rows - 1;
  const f64 = (): Block<Float64Array> => arena.f64(rows);
  const blocks: EventBlocks = {
    n: rows,
    k,
    streams,
    x: arena.f32(rows * k),
    stream: arena.i32(rows),
    isVoid: arena.u8(rows),
  };
  const columns = Object.assign(
    { time: f64(), latency: f64(), instantiation: arena.i32(rows), previous: arena.i32(rows) },
    ...STAGE_IDS.map((id) => allocateOutputs(kernels, id, rows, k)),
  ) as StageBlocks;
  const numbers = arena.i32(rows);
  const seq = new Int32Array(streams);
  const threads = new Map<string | null, readonly number[]>();
  const instantiations = Array.from({ length: streams }, () => ({ name: null as string | null, code: -1 }));
  return {
    rows,
    at,
    blocks,
    seq: numbers,
    columns,
    decided: { cusum: f64(), eventState: arena.u8(rows), notice: arena.u8(rows) },

    place(e, s) {
      const before = threads.get(e.thread) ?? [];
      const stream = blocks.stream.view();
      const previous = columns.previous.view();
      previous.fill(-1);
      before.forEach((code, j) => {
        const row = at - before.length + j;
        stream[row] = code;
        previous[row + 1] = row;
      });
      stream[at] = s;
      blocks.isVoid.view()[at] = e.coordinates ? 0 : 1;
      if (e.coordinates) blocks.x.view().set(e.coordinates, at * k);
      numbers.view()[at] = ++seq[s];
      columns.time.view()[at] = e.time;
      columns.latency.view()[at] = e.latency;
      const own = instantiations[s];
      if (e.coordinates && e.instantiation !== null && e.instantiation !== own.name) {
        own.name = e.instantiation;
        own.code++;
      }
      columns.instantiation.view()[at] = e.instantiation === null ? -1 : own.code;
    },

    remember(e, s) {
      if (!e.coordinates || !turns) return;
      const newest = [...(threads.get(e.thread) ?? []), s].slice(-p.turn_window);
      threads.delete(e.thread);
      threads.set(e.thread, newest);
      if (threads.size > mostThreads) threads.delete(threads.keys().next().value!);
    },

    save: () => ({
      seq: [...seq],
      threads: [...threads],
      instantiations: instantiations.map((own) => ({ ...own })),
    }),

    restore(state) {
      if (state.seq.length !== streams || state.instantiations.length !== streams) return false;
      seq.set(state.seq);
      for (const [thread, newest] of state.threads) threads.set(thread, newest);
      state.instantiations.forEach((own, s) => Object.assign(instantiations[s], own));
      return true;
    },
  };
}

/** The stages that look back at earlier coordinates by their place, over the newest events of every stream. */
export interface LookBack {
  /**
   * Computes an event into row `at` of `out`; NaN for a pause.
   * @param past the reference period is over
   */
  push(coordinates: Float32Array | null, s: StreamIndex, past: boolean, out: OutputBlocks, at: number): void;
  save(): StreamState['recent'];
  /** False if the state does not fit. */
  restore(state: StreamState['recent']): boolean;
}

const LOOKING_BACK: readonly StageId[] = STAGE_IDS.filter((id) => STAGES[id].lookBack);
const columnOf = (columns: OutputBlocks, name: ColumnName): Float64Array => columns[name].view();

export function createLookBack(
  kernels: KernelModule,
  { k, streams }: Shape,
  reference: StageReference,
  p: Parameters,
): LookBack {
  const { arena } = kernels;
  const { range } = reference;
  const reach = Math.max(1, ...LOOKING_BACK.map((id) => STAGES[id].lookBack!(p)));
  // Four times over, so that old ones are cleared out seldom.
  const room = 4 * Math.max(1, streams) * reach;
  const blocks: EventBlocks = {
    n: room,
    k,
    streams,
    x: arena.f32(room * k),
    stream: arena.i32(room),
    isVoid: arena.u8(room),
  };
  blocks.isVoid.view().fill(0);
  const columns = Object.assign({}, ...LOOKING_BACK.map((id) => allocateOutputs(kernels, id, room, k))) as StageBlocks;
  const given = LOOKING_BACK.map((id) => STAGES[id].given(reference, p));
  const mark = arena.mark();
  const open = (): OpenStage[] => LOOKING_BACK.map((id, i) => STAGES[id].open(kernels, { k, streams }, given[i]));
  let stages = open();
  let held = 0;

  /** Rows [from, to); all of them lie past the reference period or all within it. */
  function run(from: number, to: number, past: boolean): void {
    const origin = past ? range.to : range.to - room;
    for (const stage of stages) stage.run({ blocks, columns, origin }, from, to);
  }

  /** Takes the events held once more into fresh states, for their windows only. */
  function replay(): void {
    arena.release(mark);
    stages = open();
    run(0, held, false);
  }

  /** Drops what no window can reach any more: all but the newest `reach` events of each stream. */
  function compact(): void {
    const stream = blocks.stream.view();
    const x = blocks.x.view();
    const left = new Int32Array(streams).fill(reach);
    const kept: number[] = [];
    for (let i = held - 1; i >= 0; i--) if (left[stream[i]]-- > 0) kept.push(i);
    kept.reverse().forEach((i, j) => {
      stream[j] = stream[i];
      x.copyWithin(j * k, i * k, (i + 1) * k);
    });
    held = kept.length;
    replay();
  }

  return {
    push(coordinates, s, past, out, at) {
      if (coordinates) {
        if (held === room) compact();
        blocks.stream.view()[held] = s;
        blocks.x.view().set(coordinates, held * k);
        run(held, held + 1, past);
        held++;
      }
      for (const id of LOOKING_BACK)
        for (const name of STAGE_TABLE[id].columns)
          columnOf(out, name)[at] = coordinates ? columnOf(columns, name)[held - 1] : Number.NaN;
    },

    save: () => ({
      stream: [...blocks.stream.view().subarray(0, held)],
      x: toBase64(new Uint8Array(blocks.x.view().slice(0, held * k).buffer)),
    }),

    restore({ stream, x: encoded }) {
      const x = new Float32Array(fromBase64(encoded).buffer);
      if (x.length !== stream.length * k || stream.length > room) return false;
      held = stream.length;
      blocks.stream.view().set(stream);
      blocks.x.view().set(x);
      replay();
      return true;
    },
  };
}
