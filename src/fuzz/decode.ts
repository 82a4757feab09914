import * as arrow from 'apache-arrow';
import { openLedger } from '../ledger/open.ts';
import type { Platform } from '../ledger/platform.ts';
import type { NamedBlob, OpenReport } from '../ledger/types.ts';

/** A ledger as it was read: every value of every event, in canonical order. */
export interface Decoded {
  readonly rows: readonly ReadonlyMap<string, string>[];
  readonly report: Pick<OpenReport, 'rowsRead' | 'events' | 'leftOut' | 'notes'>;
}

/** Opens files and reads every column of every event; missing values are left out. */
export async function decode(files: readonly NamedBlob[], platform: Platform): Promise<Decoded> {
  const rows: Map<string, string>[] = [];
  const accept = async (stream: Uint8Array): Promise<void> => {
    const table = arrow.tableFromIPC(stream);
    const at = table.getChild('row')!;
    for (const { name } of table.schema.fields) {
      const column = table.getChild(name)!;
      for (let i = 0; i < table.numRows; i++) {
        const row = (rows[Number(at.get(i))] ??= new Map<string, string>());
        const value: unknown = column.get(i);
        if (name !== 'row' && value !== null && value !== undefined) row.set(name, textOf(value));
      }
    }
  };
  const ledger = await openLedger({ kind: 'files', files }, null, { platform, sink: { accept } });
  const { report, embeddings } = ledger;
  // Vectors made of the texts of all events follow from the texts.
  if (embeddings && report.embedder === 'file')
    for await (const { rows: at, vectors } of embeddings.batches({})) {
      const bytes = new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength);
      const width = report.dimension * Float32Array.BYTES_PER_ELEMENT;
      at.forEach((row, i) =>
        rows[row].set('embedding', Buffer.from(bytes.subarray(i * width, (i + 1) * width)).toString('hex')),
      );
    }
  return { rows, report };
}

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Symbol.iterator in value) return `[${Array.from(value as Iterable<unknown>, textOf).join()}]`;
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner));
}
