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
