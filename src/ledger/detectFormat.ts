import { fileFailure } from './failures.ts';
import { isBinary, latin, type Format } from './formats/format.ts';
import { FORMATS, FORMAT_NAMES, formatByName } from './formats/list.ts';
import type { NamedBlob } from './types.ts';

/** What common files that are no ledgers start with. */
const FOREIGN: readonly (readonly [string, string])[] = [
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

/** Enough for the magic numbers of all formats, and for the first lines of a text. */
const HEAD_BYTES = 4096;

/**
 * What a file is by its bytes, whatever its name.
 * @param tail its last bytes; all of a small file
 * @throws TautlineFailure of kind `file` for an empty or foreign file
 */
export async function detectFormat({ path, blob }: NamedBlob, tail: Uint8Array): Promise<Format> {
  if (blob.size === 0)
    throw fileFailure(path, 'the file is empty (0 bytes)', 'Check that it was written and copied whole');
  const shown = FORMATS.find((format) => format.sniffTail?.(tail));
  if (shown) return shown;
  const head =
    tail.length === blob.size
      ? tail.subarray(0, HEAD_BYTES)
      : new Uint8Array(await blob.slice(0, HEAD_BYTES).arrayBuffer());
  const sniffed = (content: Format['content']): Format | undefined =>
    FORMATS.find((format) => format.content === content && format.sniff(head, tail));
  const binary = sniffed('binary');
  if (binary) return binary;
  const start = latin(head.subarray(0, 16));
  const foreign = FOREIGN.find(([magic]) => start.startsWith(magic))?.[1];
  const promised = formatByName(path);
  const wanted = promised?.content === 'binary' ? promised.label : null;
  const text = foreign || wanted ? undefined : sniffed('text');
  if (text) return text;
  const kind = foreign ?? (isBinary(head) ? binaryKind(head) : 'a text file');
  const article = wanted && /^[AEIO]/.test(wanted) ? 'an' : 'a';
  if (foreign && path.toLowerCase().endsWith('.eval'))
    throw fileFailure(
      path,
      'it is a log of Inspect in its packed form',
      'Turn it into JSON (inspect log convert --to json)',
    );
  throw fileFailure(
    path,
    `it is not ${wanted ? `${article} ${wanted} file` : 'a ledger'}: by its bytes it is ${kind}`,
    foreign?.startsWith('compressed')
      ? 'Decompress it first'
      : kind === UTF_16
        ? 'Save it as UTF-8'
        : `Open a ${FORMAT_NAMES} file`,
  );
}

const UTF_16 = 'UTF-16 text without its byte order mark';

/** What bytes that no format knows are: letters with a NUL before or behind each are text. */
function binaryKind(head: Uint8Array): string {
  const isText = [0, 1].some((odd) =>
    head.subarray(0, 64).every((byte, i) => (i % 2 === odd ? byte === 0 : byte >= 9 && byte < 127)),
  );
  return isText && head.length > 1 ? UTF_16 : 'a binary file of an unknown kind';
}
