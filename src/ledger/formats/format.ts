import type { DataType } from 'apache-arrow';
import type { Platform } from '../platform.ts';
import type { FormatReader, GroupTimes } from '../reader.ts';
import type { EventKind } from '../shapes/shape.ts';
import type { NamedBlob } from '../types.ts';

/** A file whose last bytes have been read. */
interface SniffedFile extends NamedBlob {
  /** At most `TAIL_BYTES`, all of a small file. */
  readonly tail: Uint8Array;
}

/** For formats that read a file through before its columns are known. */
export interface OpenFileOptions {
  readonly signal?: AbortSignal;
  /** Called with the fraction of the file that has been read through. */
  readonly onFraction?: (fraction: number) => void;
  /** Which acts of a trace are events. */
  readonly events?: readonly EventKind[];
}

/**
 * A format of ledger files, in a file of its own that list.ts names. That file is loaded with the page: what is needed
 * to read (a parser, Arrow) is imported once, when the first file is opened.
 */
export interface Format {
  /** Short and lasting, such as "csv"; fixtures are named by it. */
  readonly id: string;
  /** As texts call it. */
  readonly label: string;
  /** Of file names, without the dot, the usual one first. */
  readonly extensions: readonly string[];
  /** Extensions that other files of a folder have too: one counts only where the file was given by itself. */
  readonly alsoNamed?: readonly string[];
  /** `binary`: the bytes identify it, so a file of such a name that is something else is refused. */
  readonly content: 'binary' | 'text';
  /**
   * True if the file is of this format, whole or damaged; called with the first 4 kB and the last bytes. Of several
   * formats that say so the first in the list opens it.
   */
  sniff(head: Uint8Array, tail: Uint8Array): boolean;
  /** True if the last bytes alone show it: of a file in a folder of many no more is read then to know what it is. */
  sniffTail?(tail: Uint8Array): boolean;
  /** @throws TautlineFailure of kind `file` that names the file, where it is damaged or cannot be read */
  open(file: SniffedFile, platform: Platform, options?: OpenFileOptions): Promise<FormatReader>;
  /** Loads what `open` needs ahead of it; absent where files come one at a time. */
  prepare?(): Promise<unknown>;
  /**
   * What a file that is not opened states of its rows; absent if nothing is known without reading them.
   * @param column of times, which it holds as `type`
   */
  survey?(file: SniffedFile, column: string | undefined, type: DataType | null): Promise<readonly GroupTimes[]>;
}

/** Bytes as text of one character each, for comparing magic numbers. */
export const latin = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** Encoding of a text file by its byte order mark; UTF-8 where there is none. */
export const encodingOf = (head: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' =>
  head[0] === 0xff && head[1] === 0xfe ? 'utf-16le' : head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : 'utf-8';

/** True if bytes are not UTF-8 or UTF-16 text: NUL bytes, without a byte order mark. */
export const isBinary = (head: Uint8Array): boolean => encodingOf(head) === 'utf-8' && head.includes(0);

/** The beginning of a text file, without leading blanks. */
export const textOf = (head: Uint8Array): string => new TextDecoder(encodingOf(head)).decode(head).trimStart();
