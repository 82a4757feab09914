import type { Platform } from './platform.ts';

/** An Arrow IPC stream as a Parquet file (zstd). @param groupRows rows to a row group; absent: the writer's choice */
export async function ipcToParquet(
  platform: Platform,
  stream: Uint8Array,
  groupRows?: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const parquet = await platform.parquet();
  const builder = new parquet.WriterPropertiesBuilder().setCompression(parquet.Compression.ZSTD);
  const properties = (groupRows === undefined ? builder : builder.setMaxRowGroupSize(groupRows)).build();
  return parquet.writeParquet(parquet.Table.fromIPCStream(stream), properties) as Uint8Array<ArrayBuffer>;
}
