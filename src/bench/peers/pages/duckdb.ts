import { AsyncDuckDB, VoidLogger, type AsyncDuckDBConnection } from 'duckdb-of-peers';
import { coordinator, wasmConnector } from '@uwdata/vgplot';

/** DuckDB-WASM from beside the page, started, behind the coordinator of Mosaic; Arrow becomes the table `ledger`. */
export async function startDuckdb(): Promise<{ fill(arrow: Uint8Array): Promise<void> }> {
  const duckdb = new AsyncDuckDB(new VoidLogger(), new Worker('duckdb/duckdb-browser-eh.worker.js'));
  await duckdb.instantiate(new URL('duckdb/duckdb-eh.wasm', location.href).href);
  const connection: AsyncDuckDBConnection = await duckdb.connect();
  coordinator().databaseConnector(wasmConnector({ duckdb, connection }));
  return { fill: (arrow) => connection.insertArrowFromIPCStream(arrow, { name: 'ledger', create: true }) };
}

/** Resolves in the frame in which something holds. */
export const until = (holds: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (holds()) resolve();
      else requestAnimationFrame(look);
    };
    look();
  });
