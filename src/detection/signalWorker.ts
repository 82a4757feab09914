import { yieldToMain } from '../core/yieldToMain.ts';
import type { ArenaArray, Block } from '../kernels/arena.ts';
import type { EventBlocks } from '../kernels/events.ts';
import type { KernelModule } from '../kernels/module.ts';
import { allocateOutputs, outputBytes, outputsOf, widthOf, type Place, type StageBlocks } from './channels/stage.ts';
import { STAGES } from './channels/generated/stages.ts';
import {
  POOLED_STAGES,
  chosenEvents,
  columnsRead,
  packed,
  type PoolLedger,
  type PoolPart,
  type PoolTask,
  type PoolWork,
} from './signalPool.ts';
import { StageSpeed } from './signalStages.ts';

/** Events of a part at most: what memory a worker needs besides the ledger. */
const MAX_EVENTS = 1 << 16;

/** The side of a worker pool that computes. Holds one ledger, in a kernel instance of its own. */
export interface SignalWorker {
  load(ledger: PoolLedger): void;
  /** Parts are made for the call: they can be transferred. Ends early, without an error, once `stopped` says so. */
  run(task: PoolTask, give: (part: PoolPart) => void, stopped: () => boolean): Promise<void>;
}

/** A ledger in the worker's memory. */
interface Held {
  readonly kernels: KernelModule;
  readonly stream: Int32Array;
  readonly blocks: EventBlocks;
  readonly instantiation: Block<Int32Array>;
}

export function createSignalWorker(kernels: KernelModule): SignalWorker {
  let held: Held | null = null;
  return {
    load(ledger) {
      held = null;
      held = hold(kernels.fork(), ledger);
    },
    async run(task, give, stopped) {
      if (!held) throw new Error('a worker of the pool was given a task before a ledger');
      const { arena } = held.kernels;
      const speed = new StageSpeed(held.blocks.k);
      const mark = arena.mark();
      try {
        for (const work of task.works) {
          if (!(await compute(held, work, speed, give, stopped))) return;
        }
      } finally {
        arena.release(mark);
      }
    },
  };
}

function hold(kernels: KernelModule, { n, k, streams, x, stream, isVoid, instantiation }: PoolLedger): Held {
  const { arena } = kernels;
  const lookingBack = POOLED_STAGES.filter((id) => STAGES[id].lookBack);
  const read = new Set(POOLED_STAGES.flatMap(columnsRead)).size;
  arena.reserve(
    n * (4 * k + 4 + 1 + 4 + 8 * read + outputBytes(k, lookingBack)) +
      MAX_EVENTS * outputBytes(k, POOLED_STAGES) +
      (4 << 20),
  );
  const blocks = {
    n,
    k,
    streams,
    x: arena.f32From(x),
    stream: arena.i32From(stream),
    isVoid: arena.u8From(isVoid),
  };
  return { kernels, stream, blocks, instantiation: arena.i32From(instantiation) };
}

/** Computes one stage and gives its parts; false once it was stopped. */
async function compute(
  { kernels, stream, blocks: all, instantiation }: Held,
  { stage, only, given, read }: PoolWork,
  speed: StageSpeed,
  give: (part: PoolPart) => void,
  stopped: () => boolean,
): Promise<boolean> {
  const { arena } = kernels;
  const { n, k } = all;
  const blocks: EventBlocks = { ...all, only: arena.u8From(only) };
  const length = Math.min(n, MAX_EVENTS, speed.piece(stage) * 2);
  // A stage that looks back at earlier events by their place has columns as long as the ledger, the others a stretch.
  const whole = STAGES[stage].lookBack !== undefined;
  const columns = {
    instantiation,
    ...Object.fromEntries(read.map(([name, values]) => [name, arena.f64From(values)])),
  };
  const outputs = allocateOutputs(kernels, stage, whole ? n : length, k) as Readonly<
    Record<string, Block<Float64Array> | Block<Float32Array>>
  >;
  const { run } = STAGES[stage].open(kernels, blocks, given);
  for (let from = 0; from < n; from += length) {
    const to = Math.min(n, from + length);
    if (whole) run({ blocks, columns: { ...columns, ...outputs } as unknown as StageBlocks, origin: 0 }, from, to);
    else run(stretch(stage, blocks, columns, outputs, from, to), 0, to - from);
    const origin = whole ? 0 : from;
    const events = chosenEvents(stream, only, from, to);
    const values = outputsOf(stage).map((name) =>
      packed(outputs[name].view(), widthOf(stage, name, k), events, origin),
    );
    give({ stage, from, to, values });
    await yieldToMain();
    if (stopped()) return false;
  }
  return true;
}

/** Events [from, to) as rows from 0 on. */
function stretch(
  stage: PoolWork['stage'],
  blocks: EventBlocks,
  columns: Readonly<Record<string, Block<Float64Array> | Block<Int32Array>>>,
  outputs: Readonly<Record<string, Block<Float64Array> | Block<Float32Array>>>,
  from: number,
  to: number,
): Place {
  const { k, x, stream, isVoid } = blocks;
  const part = (name: string) => slice<ArenaArray>(columns[name], from, to);
  const written = (name: ReturnType<typeof outputsOf>[number]) =>
    slice<ArenaArray>(outputs[name], 0, (to - from) * widthOf(stage, name, k));
  return {
    origin: from,
    columns: Object.fromEntries<Block<ArenaArray>>([
      ...Object.keys(columns).map((name) => [name, part(name)] as const),
      ...outputsOf(stage).map((name) => [name, written(name)] as const),
    ]) as unknown as StageBlocks,
    blocks: {
      ...blocks,
      n: to - from,
      x: slice(x, from * k, to * k),
      stream: slice(stream, from, to),
      isVoid: slice(isVoid, from, to),
    },
  };
}

function slice<A extends ArenaArray>(block: Block<A>, from: number, to: number): Block<A> {
  const bytes = block.view().BYTES_PER_ELEMENT;
  return { ptr: block.ptr + from * bytes, length: to - from, view: () => block.view().subarray(from, to) as A };
}
