import { expect, it } from 'vitest';
import { sampleTable } from '../harness/samples.ts';
import { testKernels } from '../kernels/testing.ts';
import { databaseBytes } from '../ledger/capacity.ts';
import { withLengths } from '../ledger/memoryGuard.ts';
import { guessMapping } from '../ledger/mapping.ts';
import { openLedger } from '../ledger/open.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { openTable } from '../ledger/source.ts';
import { sinkColumns } from '../ledger/sink.ts';
import { writeParquet } from '../ledger/write.ts';
import { nodeDatabase } from './testing.ts';

it('what an event is said to take in the database is what it takes, within a quarter', async () => {
  const platform = nodePlatform();
  const file = {
    path: 'benign.parquet',
    blob: new Blob([await writeParquet(sampleTable(testKernels(), 'benign'), platform)]),
  };
  const reader = await openTable(file, platform);
  const { columns } = sinkColumns(reader.fields, guessMapping(reader.fields).mapping);
  const database = await nodeDatabase();
  try {
    const { report } = await openLedger({ kind: 'files', files: [file] }, null, {
      platform,
      sink: { accept: (ipc) => database.insert('events', ipc) },
    });
    const [{ bytes }] = await database.query<{ bytes: number }>(
      'select sum(memory_usage_bytes)::double as bytes from duckdb_memory()',
    );
    const said = databaseBytes(withLengths(columns, [{ reader, base: 0 }]));
    expect(bytes / report.events / said).toBeGreaterThan(0.8);
    expect(bytes / report.events / said).toBeLessThan(1.25);
  } finally {
    await database.close();
  }
});
