import { explain, toTautlineError } from '../../core/errors.ts';
import { formatCount } from '../../core/format.ts';
import { textOfFile } from '../../state/fileText.ts';
import { takeLabels } from '../../state/lab/queries.ts';
import { actions } from '../../state/store.ts';

/** Puts the labels of a file in use; what is wrong with it comes back as a sentence, null when nothing is. */
export async function takeLabelFile(file: Blob, name: string): Promise<string | null> {
  try {
    const { intervals, leftOut, format } = await takeLabels({ name, text: await textOfFile(file, name) });
    const passed =
      leftOut.length > 0
        ? ` ${formatCount(leftOut.length)} ${leftOut.length === 1 ? 'entry was' : 'entries were'} skipped.`
        : '';
    actions.toast(
      'info',
      `${formatCount(intervals.length)} labelled ${intervals.length === 1 ? 'stretch' : 'stretches'} ` +
        `of ${name} (${format}) in use.${passed}`,
    );
    return null;
  } catch (thrown) {
    return explain(toTautlineError(thrown, `reading ${name}`));
  }
}
