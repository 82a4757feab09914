import { explain, toTautlineError } from '../../core/errors.ts';
import { comparedWith, readBundleFile } from '../../state/lab/bundle.ts';
import { actions, lab } from '../../state/store.ts';

/**
 * Loads a bundle: its parameters, and what they were compared with, come into force. What is wrong comes back as a
 * sentence.
 */
export async function takeBundle(file: Blob, name: string): Promise<string | null> {
  try {
    const loaded = await readBundleFile(file, name);
    lab.setBundle(loaded);
    actions.setExperiment({
      parameters: loaded.bundle.parameters,
      baseline: comparedWith(loaded.bundle),
      scenarios: [],
    });
    return null;
  } catch (thrown) {
    return explain(toTautlineError(thrown, `reading ${name}`));
  }
}

const BUNDLE_NAME = /\.bundle\.(json|pb)$/i;
/** How a bundle begins; other .pb files are traces. */
const FORMAT = /^\s*\{\s*"format"\s*:\s*"tautline-bundle"|^\n.tautline-bundle/s;
const LABEL_NAME = /\.(json|csv)$/i;

/** What a single dropped file is, where it is no ledger: a bundle anywhere, labels in the laboratory. */
export async function droppedKind(
  file: Blob,
  name: string,
  inLaboratory: boolean,
): Promise<'bundle' | 'labels' | null> {
  if (BUNDLE_NAME.test(name)) return 'bundle';
  if (/\.(?:json|pb)$/i.test(name) && FORMAT.test(await file.slice(0, 200).text())) return 'bundle';
  return inLaboratory && LABEL_NAME.test(name) ? 'labels' : null;
}
