import { rename, stat, writeFile } from 'node:fs/promises';
import * as arrow from 'apache-arrow';
import { createDetector, heldStreams } from '../../detection/pipeline.ts';
import type { KernelModule } from '../../kernels/module.ts';
import { decodedLedger } from '../floor/decoded.node.ts';

/**
 * What the peers are given: the ledger as one Arrow stream, with two coordinates and the friction that they cannot
 * compute. Written to `file` once.
 */
export async function arrowLedger(kernels: KernelModule, folder: string, file: string): Promise<void> {
  if (
    await stat(file).then(
      () => true,
      () => false,
    )
  )
    return;
  const { input, ledger } = await decodedLedger(kernels, folder);
  const { n } = input.events;
  const { k, x } = input.coordinates;
  const detector = createDetector(kernels);
  detector.load(input.events, input.coordinates, input.range);
  const friction = detector.runSignals(input.parameters).friction.slice();
  const texts = new Array<string | null>(n).fill(null);
  for await (const { rows, values } of ledger.messages.read(['text'], {}))
    for (let i = 0; i < rows.length; i++) texts[rows[i]] = values.text[i] as string | null;
  const { columns } = ledger;
  const names = (key: string) => {
    const { codes, values } = heldStreams(columns, key)!;
    return arrow.vectorFromArray(
      Array.from(codes, (code) => values[code]),
      new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()),
    );
  };
  const coordinate = (axis: number) => arrow.makeVector(Float32Array.from({ length: n }, (_, i) => x[i * k + axis]));
  const times = arrow.makeData({
    type: new arrow.TimestampMillisecond(),
    length: n,
    data: BigInt64Array.from(columns.time, (time) => BigInt(Math.round(time))),
  });
  const table = new arrow.Table({
    event_id: arrow.makeVector(Int32Array.from(columns.eventId, Number)),
    ts: new arrow.Vector([times]),
    provider_id: names('provider_id'),
    provider: arrow.makeVector(Int32Array.from(input.events.stream)),
    agent_id: names('agent_id'),
    thread_id: names('thread_id'),
    latency_ms: arrow.makeVector(Float64Array.from(columns.latency)),
    friction: arrow.makeVector(friction),
    x: coordinate(0),
    y: coordinate(1),
    text: arrow.vectorFromArray(texts, new arrow.Utf8()),
  });
  await writeFile(`${file}.partial`, arrow.tableToIPC(table, 'stream'));
  await rename(`${file}.partial`, file);
}
