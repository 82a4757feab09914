import { ledgerFailure } from './failures.ts';
import type { Platform } from './platform.ts';
import type { NamedBlob } from './types.ts';

/** The files of a built-in sample, made by the function that the platform was given. */
export async function sampleFiles(
  name: string,
  platform: Platform,
  signal?: AbortSignal,
): Promise<readonly NamedBlob[]> {
  if (!platform.samples) throw ledgerFailure(`The sample "${name}" is not available here`, 'Open a file instead');
  return platform.samples(name, signal);
}
