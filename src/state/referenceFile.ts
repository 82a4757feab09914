import type { ReferenceFile } from '../workers/protocol.ts';

const BRACE = '{'.charCodeAt(0);
const SPACES = [9, 10, 13, 32];

/**
 * A baseline or bundle file as the engine takes it: JSON as it stands, a bundle in protobuf as JSON. @throws
 * TautlineFailure of kind file
 */
export async function readReferenceFile(file: File): Promise<ReferenceFile> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes.find((byte) => !SPACES.includes(byte)) === BRACE)
    return { name: file.name, text: new TextDecoder().decode(bytes) };
  const [{ bundleFromProtobuf }, { bundleToJson }] = await Promise.all([
    import('../detection/lab/bundleProtobuf.ts'),
    import('../detection/lab/bundle.ts'),
  ]);
  return { name: file.name, text: bundleToJson(bundleFromProtobuf(bytes, file.name)) };
}
