import { createRequire } from 'node:module';
import { join } from 'node:path';

/** What is used of @duckdb/node-api, which has a package of its own. */
interface DuckDb {
  readonly DuckDBInstance: { create(path: string): Promise<{ connect(): Promise<Connection>; closeSync(): void }> };
  version(): string;
}

interface Connection {
  runAndReadAll(sql: string): Promise<{ getRowsJS(): readonly (readonly unknown[])[] }>;
  closeSync(): void;
}

/** What it found in the files. */
export interface Sums {
  readonly events: number;
  readonly characters: number;
  /** Of all values of all embeddings. */
  readonly embedding: number;
}

export interface NativeDatabase {
  readonly version: string;
  /** Reads every column of the files and aggregates them by provider. */
  aggregate(): Promise<Sums>;
  close(): void;
}

/** Native DuckDB over the Parquet files of a folder; null where it is not installed. */
export async function nativeDuckdb(folder: string): Promise<NativeDatabase | null> {
  let duckdb: DuckDb;
  try {
    duckdb = createRequire(import.meta.url)('@duckdb/node-api') as DuckDb;
  } catch {
    return null;
  }
  const instance = await duckdb.DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const files = join(folder, '**', '*.parquet').replaceAll("'", "''");
  const sql = `
    SELECT provider_id, count(*), sum(length(text)), sum(list_sum(embedding)),
      avg(latency_ms), max(ts), max(event_id), max(agent_id), max(thread_id)
    FROM read_parquet('${files}', hive_partitioning = true) GROUP BY provider_id`;
  return {
    version: duckdb.version().replace(/^v/, ''),
    async aggregate() {
      const rows = (await connection.runAndReadAll(sql)).getRowsJS();
      const total = (column: number) => rows.reduce((sum, row) => sum + Number(row[column]), 0);
      return { events: total(1), characters: total(2), embedding: total(3) };
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
