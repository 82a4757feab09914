import { fileFailure } from '../failures.ts';
import type { FormatReader } from '../reader.ts';
import { otlp } from '../shapes/list.ts';
import { framingOf, MAX_PREFIX, requestAt, requestJson, type Framing } from '../shapes/otlpProto.ts';
import type { NamedBlob } from '../types.ts';
import type { OpenFileOptions } from './format.ts';
import { openShaped, type DocumentChunk } from './shapeReader.ts';

const WINDOW_BYTES = 4 << 20;
/** Requests are given at least so many bytes at a time. */
const GIVEN_BYTES = 1 << 20;
/** A request is decoded whole. */
const MAX_REQUEST_BYTES = 256 << 20;

const CHECK = 'Check that it was written and copied whole';

/** Opens OTLP traces in protobuf. */
export async function openOtlp(file: NamedBlob, options?: OpenFileOptions): Promise<FormatReader> {
  const { path, blob } = file;
  const framing = framingOf(new Uint8Array(await blob.slice(0, 4096).arrayBuffer()));
  if (framing === null) throw fileFailure(path, 'it begins like OpenTelemetry protobuf but holds no traces', CHECK);
  return openShaped({ path, shape: otlp, documents: (signal) => requests(file, framing, signal) }, options);
}

async function* requests(
  { path, blob }: NamedBlob,
  framing: Framing,
  signal?: AbortSignal,
): AsyncIterable<DocumentChunk> {
  let window = new Uint8Array(0);
  let from = 0;
  const bytesAt = async (start: number, end: number): Promise<Uint8Array> => {
    if (start < from || end > from + window.length) {
      from = start;
      window = new Uint8Array(await blob.slice(start, Math.max(end, start + WINDOW_BYTES)).arrayBuffer());
    }
    return window.subarray(start - from, end - from);
  };
  let number = 0;
  let documents: unknown[] = [];
  let held = 0;
  for (let at = 0; at < blob.size && !signal?.aborted;) {
    number++;
    const found = requestAt(await bytesAt(at, Math.min(blob.size, at + MAX_PREFIX)), framing);
    const where = `request ${number}, byte ${at + 1}`;
    if (!found) throw fileFailure(path, `the traces are damaged (${where})`, CHECK);
    const end = at + found.end;
    if (end > blob.size) throw fileFailure(path, `it ends in the middle of a request (${where})`, CHECK);
    if (end - at > MAX_REQUEST_BYTES)
      throw fileFailure(path, `a request has more than 256 MB (${where})`, 'Write smaller requests');
    documents.push(decoded(path, await bytesAt(at + found.start, end), where));
    held += end - at;
    at = end;
    if (held < GIVEN_BYTES && at < blob.size) continue;
    yield { documents, fraction: at / blob.size };
    documents = [];
    held = 0;
  }
}

function decoded(path: string, bytes: Uint8Array, where: string): unknown {
  try {
    return requestJson(bytes);
  } catch {
    throw fileFailure(path, `the traces are damaged (${where})`, CHECK);
  }
}
