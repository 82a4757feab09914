import type { Block } from '../kernels/arena.ts';
import { previousInThread } from '../detection/channels/coupling/kernel.ts';
import type { EventBlocks } from '../kernels/events.ts';
import type { KernelModule } from '../kernels/module.ts';
import { allocateOutputs, outputBytes, type StageBlocks, type StageReference } from '../detection/channels/stage.ts';
import { STAGES } from '../detection/channels/generated/stages.ts';
import { STAGE_IDS, type StageId } from '../detection/channels/table.ts';
import { referenceMeans, referenceWindows } from '../detection/reference.ts';
import type { BenchInput } from './input.ts';

/**
 * The kernels of the signals stage over one input, each to be run by itself; calling `all` first gives every one the
 * inputs that it has in the pipeline.
 */
export interface WasmPipeline {
  run(stage: StageId): void;
  all(): void;
  readonly blocks: EventBlocks;
  readonly seq: Block<Int32Array>;
  /** Columns in wasm memory, valid while nothing is allocated: copy what must stay. */
  readonly columns: StageBlocks;
  readonly reference: StageReference;
  readonly streamEvents: Int32Array;
}

export function wasmPipeline(
  kernels: KernelModule,
  { events, coordinates, range, parameters: p }: BenchInput,
): WasmPipeline {
  const own = kernels.fork();
  const { arena } = own;
  const { k, x } = coordinates;
  const { n } = events;
  const streams = events.streams.length;
  arena.reserve(n * (8 * 2 + 4 * 4 + 1 + 4 * k + outputBytes(k, STAGE_IDS)) + (1 << 20));
  const blocks: EventBlocks = {
    n,
    k,
    streams,
    x: arena.f32From(x),
    stream: arena.i32From(events.stream),
    isVoid: arena.u8From(events.isVoid),
  };
  const previous = arena.i32(n);
  previousInThread(events.thread, events.isVoid, events.threadCount, previous.view());
  const counts = new Int32Array(streams);
  const columns = Object.assign(
    {
      time: arena.f64From(events.time),
      latency: arena.f64From(events.latency),
      instantiation: arena.i32From(events.instantiation),
      previous,
    },
    ...STAGE_IDS.map((id) => allocateOutputs(own, id, n, k)),
  ) as StageBlocks;
  const { means, streamEvents } = referenceMeans(events, coordinates, range);
  let windowReference = Number.NaN;
  const reference: StageReference = {
    range,
    means,
    hasLatency: events.hasLatency,
    windows: (size) => referenceWindows(events, coordinates, range, size),
    get windowReference() {
      return windowReference;
    },
  };
  const run = (id: StageId): void =>
    arena.scope(() => {
      const stage = STAGES[id];
      stage.open(own, blocks, stage.given(reference, p)).run({ blocks, columns, origin: 0 }, 0, n);
      windowReference = stage.settle?.(columns, range, p) ?? windowReference;
    });
  return {
    run,
    all: () => STAGE_IDS.forEach(run),
    blocks,
    seq: arena.i32From(events.stream.map((s) => ++counts[s])),
    columns,
    reference,
    streamEvents,
  };
}
