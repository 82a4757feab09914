import { fromBinary, toJson } from '@bufbuild/protobuf';
import { embed, EMBEDDER_DIMENSION, idfOf } from './embedder.ts';
import { spanLists } from './shapes/list.ts';
import { LogsDataSchema } from './shapes/logs_pb.ts';
import type { ShapeRow } from './shapes/shape.ts';
import type { Span } from './shapes/spans.ts';

/** What events that come one by one are read by, as those of files are: spans, times, texts. */

export { otlpRequest } from './shapes/otlp.ts';
export { requestJson as tracesJson } from './shapes/otlpProto.ts';
export { timeOfNumber } from './times.ts';
export type { ShapeRow, Span };

/** A request of OTLP logs as OTLP/JSON has it, ids in base64. @throws Error where the bytes are no request */
export const logsJson = (bytes: Uint8Array): unknown => toJson(LogsDataSchema, fromBinary(LogsDataSchema, bytes));

/** The events of a whole trace. */
export function rowsOfSpans(spans: readonly Span[]): readonly ShapeRow[] {
  const reading = spanLists.begin({});
  reading.look(spans);
  return reading.pass()(spans);
}

/** Every word weighs the same: what words weigh would depend on which texts came first. */
const EVEN = idfOf({ documents: 0, buckets: [], counts: [] });

/** The built-in embedder's vector of a text. */
export function vectorOfText(text: string): Float32Array {
  const vector = new Float32Array(EMBEDDER_DIMENSION);
  embed(text, EVEN, vector, 0);
  return vector;
}
