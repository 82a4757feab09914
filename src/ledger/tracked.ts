import { TautlineFailure } from '../core/errors.ts';
import { fileFailure, messageOf } from './failures.ts';

/** The part of Blob that parquet-wasm uses, which remembers the first read that failed. */
export interface TrackedBlob {
  readonly size: number;
  slice(from: number, to: number): { readonly size: number; arrayBuffer(): Promise<ArrayBuffer> };
  failure(): Error | null;
}

/** Wraps a blob so that the reason of a failed read (a file that was deleted, a server that went away) is not lost inside WebAssembly. */
export function trackReads(blob: Blob): TrackedBlob {
  let failure: Error | null = null;
  return {
    size: blob.size,
    failure: () => failure,
    slice: (from, to) => {
      const part = blob.slice(from, to);
      return {
        size: part.size,
        arrayBuffer: async () => {
          try {
            return await part.arrayBuffer();
          } catch (thrown) {
            failure = thrown instanceof TautlineFailure ? thrown
              : fileFailure((blob as File).name ?? 'file', `it could not be read any more (${messageOf(thrown)})`, 'It may have changed or moved: open it again');
            throw thrown;
          }
        },
      };
    },
  };
}
