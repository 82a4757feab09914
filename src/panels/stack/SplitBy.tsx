import { explain } from '../../core/errors.ts';
import { actions, useTautline } from '../../state/store.ts';
import { useStreamKeys } from '../../state/streamKeys.ts';

const HELP =
  'A line in every chart for each value of this column. Another column has everything computed anew; ' +
  'undo (Ctrl+Z) takes it back.';

/** The column whose values are the streams, one line each; another has everything computed anew. */
export function SplitBy() {
  const { chosen, choices } = useStreamKeys();
  return (
    <label className="split-by" title={HELP}>
      Split by{' '}
      <select
        value={chosen}
        onChange={({ target: { value } }) => {
          actions.setParameters({ stream: value }, true);
          actions.toast(
            'info',
            `Streams are the values of ${value} now; everything is computed anew. Undo (Ctrl+Z) takes it back.`,
          );
        }}
      >
        {choices.map(({ key, text }) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Why the ledger could not be split; the charts are still those of the column before. */
export function SplitRefused() {
  const error = useTautline((state) => state.analysis.error);
  return error?.kind === 'parameter' && error.name === 'stream' ? (
    <p className="split-refused" role="alert">
      {explain(error)}
    </p>
  ) : null;
}
