import { fileFailure } from './failures.ts';
import type { NamedBlob } from './types.ts';

export type Format = 'parquet' | 'arrow-file' | 'arrow-stream' | 'ndjson' | 'csv';

/** What common files that are no ledgers start with. */
const OTHERS: readonly (readonly [string, string])[] = [
  ['\x89PNG', 'a PNG image'],
  ['\xff\xd8\xff', 'a JPEG image'],
  ['GIF8', 'a GIF image'],
  ['%PDF', 'a PDF document'],
  ['PK\x03\x04', 'a ZIP archive (or an Excel file)'],
  ['\x1f\x8b', 'compressed with gzip'],
  ['\x28\xb5\x2f\xfd', 'compressed with zstd'],
  ['BZh', 'compressed with bzip2'],
  ['\xfd7zXZ', 'compressed with xz'],
  ['SQLite format 3', 'an SQLite database'],
  ['ORC', 'an ORC file'],
  ['Obj\x01', 'an Avro file'],
  ['\x89HDF', 'an HDF5 file'],
  ['\x93NUMPY', 'a NumPy array'],
  ['FEA1', 'a Feather V1 file'],
];

/**
 * Enough for the footer of most Parquet files. A folder has many files, and asking for some bytes costs more than the
 * bytes.
 */
const TAIL_BYTES = 8 << 10;

/** The last bytes of a file, all of a small one. */
export async function tailOf({ blob }: NamedBlob): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await blob.slice(Math.max(0, blob.size - TAIL_BYTES)).arrayBuffer());
}

/**
 * What a file is by its bytes, whatever its name. Throws a `file` error for an empty, truncated, encrypted or foreign
 * file.
 * @param end its last bytes, `tailOf`
 */
export async function sniff(file: NamedBlob, end: Uint8Array): Promise<Format> {
  const { path, blob } = file;
  if (blob.size === 0)
    throw fileFailure(path, 'the file is empty (0 bytes)', 'Check that it was written and copied whole');
  const latin = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
  const tail = end.subarray(Math.max(0, end.length - 8));
  if (/^PAR[1E]$/.test(latin(tail.subarray(-4)))) {
    checkParquetTail(path, blob.size, tail);
    return 'parquet';
  }
  const head =
    end.length === blob.size ? end.subarray(0, 4096) : new Uint8Array(await blob.slice(0, 4096).arrayBuffer());
  const start = latin(head.subarray(0, 16));
  if (start.startsWith('PARE')) throw encrypted(path);
  if (start.startsWith('PAR1')) {
    checkParquetTail(path, blob.size, tail);
    return 'parquet';
  }
  if (start.startsWith('ARROW1')) return 'arrow-file';
  if (start.startsWith('\xff\xff\xff\xff')) return 'arrow-stream';
  const other = OTHERS.find(([magic]) => start.startsWith(magic));
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  const wants =
    extension === 'parquet' || extension === 'pq'
      ? 'Parquet'
      : extension === 'arrow' || extension === 'feather' || extension === 'arrows'
        ? 'Arrow'
        : null;
  if (other || wants || isBinary(head)) {
    const kind = other?.[1] ?? (isBinary(head) ? 'a binary file of an unknown kind' : 'a text file');
    throw fileFailure(
      path,
      `it is not ${wants ? `a ${wants} file`.replace('a A', 'an A') : 'a ledger'}: by its bytes it is ${kind}`,
      other?.[1].startsWith('compressed') ? 'Decompress it first' : 'Open a Parquet, CSV, NDJSON or Arrow file',
    );
  }
  const text = new TextDecoder().decode(head).trimStart();
  return /^\{|^\[\s*[{\]]/.test(text) ? 'ndjson' : 'csv';
}

const encrypted = (path: string): Error =>
  fileFailure(path, 'the Parquet file is encrypted', 'Write it without encryption: Tautline has no keys');

function checkParquetTail(path: string, size: number, tail: Uint8Array): void {
  const magic = String.fromCharCode(...tail.subarray(4));
  if (magic === 'PARE') throw encrypted(path);
  const footer = tail.length === 8 ? new DataView(tail.buffer, tail.byteOffset).getUint32(0, true) : 0;
  if (size < 12 || magic !== 'PAR1' || footer + 12 > size) {
    throw fileFailure(
      path,
      'the Parquet file is truncated: its end (the footer) is missing',
      'Copy or download it again, and wait until it has been written whole',
    );
  }
}

/** True where bytes are not UTF-8 or UTF-16 text: NUL bytes, without a byte order mark. */
function isBinary(head: Uint8Array): boolean {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) return false;
  return head.includes(0);
}
