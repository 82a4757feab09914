import type { Platform } from './platform.ts';

/**
 * An Arrow IPC stream as a Parquet file (zstd).
 * @param groupRows rows to a row group; absent: the writer's choice
 * @param stated what the file says of itself, by key
 */
export async function ipcToParquet(
  platform: Pick<Platform, 'parquet'>,
  stream: Uint8Array,
  groupRows?: number,
  stated?: ReadonlyMap<string, string>,
): Promise<Uint8Array<ArrayBuffer>> {
  const parquet = await platform.parquet();
  let builder = new parquet.WriterPropertiesBuilder().setCompression(parquet.Compression.ZSTD);
  if (groupRows !== undefined) builder = builder.setMaxRowGroupSize(groupRows);
  if (stated && stated.size > 0) builder = builder.setKeyValueMetadata(new Map(stated));
  const properties = builder.build();
  return parquet.writeParquet(parquet.Table.fromIPCStream(stream), properties) as Uint8Array<ArrayBuffer>;
}
