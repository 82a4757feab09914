import { type ReactNode } from 'react';
import { formatCount } from '../../core/format.ts';
import type { Stretch, StretchRequest } from '../../detection/drilldown/investigate/stretch.ts';
import { readCompare, writeCompare } from '../../state/drilldown/compareView.ts';
import { writeRange } from '../../state/evidenceChoices.ts';
import { actions, session, useTautline } from '../../state/store.ts';
import type { EvidenceView } from '../../state/types.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { Icon } from '../shell/Icon.tsx';

const AGAINST = [
  ['before', 'before it'],
  ['reference', 'the reference'],
  ['other', 'another stretch'],
] as const;

/** Which stretch of which stream the evidence is of, and what it is compared with. */
export function StretchTitle({
  stretch,
  view,
  report,
}: {
  readonly stretch: Stretch & { readonly request: StretchRequest };
  readonly view: EvidenceView;
  readonly report: AnalysisReport;
}): ReactNode {
  const { range, own, baseline, request } = stretch;
  const visible = useTautline((state) => state.view.range);
  const { name } = report.streams[stretch.stream];
  const isOpen = view.choices?.stretch !== undefined;
  const change = (next: Partial<EvidenceView>, choices: NonNullable<EvidenceView['choices']>): void =>
    actions.showEvidence({ ...view, kind: null, ...next, choices: { stretch: 'on', ...view.choices, ...choices } });
  const told = ({ from, to }: { readonly from: number; readonly to: number }): string =>
    `${formatCount(from)} to ${formatCount(to - 1)}`;
  return (
    <span className="evidence-where stretch-title">
      {!isOpen && <span className="warn">No alert fires here. </span>}
      <select aria-label="Stream" value={name} onChange={(event) => change({}, { stream: `=${event.target.value}` })}>
        {report.streams.map((one) => (
          <option key={one.name}>{one.name}</option>
        ))}
      </select>
      <span className="dim" data-testid="stretch">
        events {told(range)} ({formatCount(own)} of the stream)
      </span>
      <button
        type="button"
        className="button icon-only small"
        title="Zoom the charts to the stretch"
        aria-label="Zoom the charts to the stretch"
        onClick={() => actions.setRange(range)}
      >
        <Icon name="zoom" size={13} />
      </button>
      <label className="dim">
        against{' '}
        <select
          aria-label="Compared with"
          value={request.against}
          onChange={(event) => {
            const base = event.target.value;
            const other = visible ?? { from: 0, to: report.events };
            change({}, base === 'other' && !request.other ? { base, other: writeRange(other) } : { base });
          }}
        >
          {AGAINST.map(([value, title]) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </select>
      </label>
      {baseline && (
        <span className="dim">
          {told(baseline.range)} ({formatCount(baseline.own)})
        </span>
      )}
      {baseline && (
        <button
          type="button"
          className="button small"
          title="Signals, writing, words, agents and map of both, side by side"
          onClick={() => {
            const side = { stream: name, ledger: 'first' } as const;
            const a = { ...side, range: baseline.range };
            const compared = readCompare(session.store.getState().view.compare);
            actions.setLab({ compare: writeCompare({ ...compared, a, b: { ...side, range } }) });
            actions.setScreen('compare');
          }}
        >
          Side by side
        </button>
      )}
      {visible && (
        <>
          {writeRange(visible) !== writeRange(range) && (
            <button
              type="button"
              className="button small"
              title="Take the visible stretch of the charts as the one that is examined"
              onClick={() => change({ event: visible.from }, { stretch: writeRange(visible), stream: `=${name}` })}
            >
              Examine what is visible
            </button>
          )}
          {request.against === 'other' && (
            <button
              type="button"
              className="button small"
              title="Take the visible stretch of the charts to compare with"
              onClick={() => change({}, { other: writeRange(visible) })}
            >
              Compare with what is visible
            </button>
          )}
        </>
      )}
    </span>
  );
}
