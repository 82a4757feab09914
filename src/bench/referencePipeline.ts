import { outputsOf, widthOf } from '../detection/channels/stage.ts';
import { STAGE_IDS, STAGE_TABLE, type StageId } from '../detection/channels/table.ts';
import type { PlainColumns } from '../detection/channels/referenceImplementation.ts';
import { REFERENCE_IMPLEMENTATIONS } from '../detection/channels/generated/referenceImplementations.ts';
import type { BenchInput } from './input.ts';
import type { WasmPipeline } from './wasmPipeline.ts';

/** The reference implementations of the signals stage, event by event over plain arrays. */
export interface ReferencePipeline {
  run(stage: StageId): void;
  all(): void;
  readonly columns: PlainColumns;
}

/** The first n events. A stage that is run by itself reads the columns of the wasm pipeline. */
export function referencePipeline(
  { events, coordinates: { k, x }, parameters }: BenchInput,
  n: number,
  { columns: given, reference }: Pick<WasmPipeline, 'columns' | 'reference'>,
): ReferencePipeline {
  const columnsOf = (make: (stage: StageId, name: ReturnType<typeof outputsOf>[number]) => unknown) =>
    Object.fromEntries(
      STAGE_IDS.flatMap((id) => outputsOf(id).map((name) => [name, make(id, name)])),
    ) as unknown as PlainColumns;
  const columns = columnsOf((id, name) =>
    (STAGE_TABLE[id].rows as readonly string[]).includes(name)
      ? new Float32Array(n * k)
      : new Float64Array(n).fill(Number.NaN),
  );
  const read = columnsOf((id, name) => given[name].view().slice(0, n * widthOf(id, name, k)));
  const of = { events, n, k, x, reference, parameters };
  return {
    columns,
    run: (stage) => REFERENCE_IMPLEMENTATIONS[stage].run(of, read, columns),
    all() {
      for (const id of STAGE_IDS) REFERENCE_IMPLEMENTATIONS[id].run(of, columns, columns);
    },
  };
}
