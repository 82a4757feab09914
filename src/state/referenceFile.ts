import { beginsAsJson } from '../core/decodeText.ts';
import { textOfFile } from './fileText.ts';
import type { ReferenceFile } from '../workers/protocol.ts';

/**
 * A baseline or bundle file as the engine takes it: JSON as it stands, a bundle in protobuf as JSON. @throws
 * TautlineFailure of kind file
 */
export async function readReferenceFile(file: File): Promise<ReferenceFile> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (beginsAsJson(bytes)) return { name: file.name, text: await textOfFile(file, file.name) };
  const [{ bundleFromProtobuf }, { bundleToJson }] = await Promise.all([
    import('../detection/lab/bundleProtobuf.ts'),
    import('../detection/lab/bundle.ts'),
  ]);
  return { name: file.name, text: bundleToJson(bundleFromProtobuf(bytes, file.name)) };
}
