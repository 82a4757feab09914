import { toTautlineError } from '../../core/errors.ts';

/**
 * Runs the work of a call. What it throws is rethrown as `{ error: TautlineError }`, a plain object that
 * `toTautlineError` reads back: comlink would reduce an Error to its message.
 */
export async function plainErrors<R>(doing: string, run: () => Promise<R> | R): Promise<R> {
  try {
    return await run();
  } catch (thrown) {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- an Error does not survive the crossing
    throw { error: toTautlineError(thrown, doing) };
  }
}

/**
 * A value with every buffer in it that can be moved to another thread. An array that is a view of part of a buffer is
 * replaced by a copy: moving it would take the rest along, and cloning it would copy the rest.
 */
export function movable(value: unknown): { readonly value: unknown; readonly buffers: ArrayBuffer[] } {
  const buffers = new Set<ArrayBuffer>();
  const walk = (given: unknown): unknown => {
    if (ArrayBuffer.isView(given)) return moveArray(given, buffers);
    if (Array.isArray(given)) return mapped(given, given.map(walk));
    if (!isPlain(given)) return given;
    const walked = Object.entries(given).map(([key, part]) => [key, walk(part)] as const);
    return walked.every(([key, part]) => part === given[key]) ? given : Object.fromEntries(walked);
  };
  return { value: walk(value), buffers: [...buffers] };
}

function moveArray(view: ArrayBufferView, buffers: Set<ArrayBuffer>): ArrayBufferView {
  const { buffer } = view;
  // Shared memory is neither moved nor copied.
  if (!(buffer instanceof ArrayBuffer) || view instanceof DataView) return view;
  const own = view.byteLength === buffer.byteLength ? view : (view as Uint8Array).slice();
  buffers.add(own.buffer as ArrayBuffer);
  return own;
}

const mapped = (before: readonly unknown[], after: readonly unknown[]): readonly unknown[] =>
  after.every((part, i) => part === before[i]) ? before : after;

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
