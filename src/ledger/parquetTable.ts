import type { Platform } from './platform.ts';

/** An Arrow IPC stream as a Parquet file (zstd). */
export function ipcToParquet(parquet: Awaited<ReturnType<Platform['parquet']>>, stream: Uint8Array): Uint8Array {
  const properties = new parquet.WriterPropertiesBuilder().setCompression(parquet.Compression.ZSTD).build();
  return parquet.writeParquet(parquet.Table.fromIPCStream(stream), properties);
}
