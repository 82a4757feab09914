import { beginsAsJson, decodeText } from '../core/decodeText.ts';
import { TautlineFailure } from '../core/errors.ts';
import { baselineFromJson, type Baseline } from '../detection/baseline.ts';
import { bundleFromJson, isBundleJson, type Bundle } from '../detection/lab/bundle.ts';
import { loadBaseline, loadBundle } from '../analysis/bundle.ts';
import type { LoadedBaseline } from '../analysis/stages.ts';
import type { OpenedLedger } from '../ledger/types.ts';
import { readBytes } from './files.ts';

interface FittedBaseline extends LoadedBaseline {
  /** True for the ledger that the file was made on, where it says so. */
  readonly original: boolean;
  /** The ledger as the file's own was embedded. */
  readonly ledger: OpenedLedger;
}

/** A baseline from a file. */
export interface BaselineFile {
  /** The whole bundle, where the file is one. */
  readonly bundle: Bundle | null;
  /** What of it applies to an open ledger; `warn` gets a sentence for everything that the user should know. */
  forLedger(ledger: OpenedLedger, warn: (sentence: string) => void): Promise<FittedBaseline>;
}

/** Reads a bundle (JSON, or protobuf) or a baseline. Throws a TautlineFailure that names the file, and the field. */
export async function readBaselineFile(path: string): Promise<BaselineFile> {
  const bytes = await readBytes(path);
  if (!beginsAsJson(bytes) || path.endsWith('.pb'))
    return ofBundle((await import('../detection/lab/bundleProtobuf.ts')).bundleFromProtobuf(bytes, path));
  const decoded = decodeText(bytes);
  if (!decoded.ok) throw refused(path, decoded.error);
  const text = decoded.value;
  if (isBundleJson(text)) return ofBundle(bundleFromJson(text, path));
  const notes: string[] = [];
  return ofBaseline(
    baselineFromJson(text, path, (sentence) => notes.push(sentence)),
    notes,
  );
}

/** The same of a file that must be a bundle. */
export async function readBundleFile(path: string): Promise<BaselineFile & { readonly bundle: Bundle }> {
  const file = await readBaselineFile(path);
  if (file.bundle) return { ...file, bundle: file.bundle };
  throw refused(path, 'it is a baseline, not a bundle');
}

const refused = (file: string, problem: string): TautlineFailure =>
  new TautlineFailure({ kind: 'file', file, problem, advice: 'Write a bundle with "tautline bundle"' });

const ofBundle = (bundle: Bundle): BaselineFile => ({
  bundle,
  async forLedger(ledger, warn) {
    const loaded = await loadBundle(bundle, ledger);
    loaded.warnings.forEach(warn);
    return loaded;
  },
});

const ofBaseline = (baseline: Baseline, notes: readonly string[]): BaselineFile => ({
  bundle: null,
  // What it throws is a rejection.
  async forLedger(ledger, warn) {
    notes.forEach(warn);
    return Promise.resolve({ ...loadBaseline(baseline, ledger), original: false, ledger });
  },
});
