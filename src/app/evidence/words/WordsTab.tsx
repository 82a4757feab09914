import { useMemo, type ReactNode } from 'react';
import { useWords } from '../../../state/drilldown/queries.ts';
import { useVisibleRange } from '../../../state/queries.ts';
import { useTautline } from '../../../state/store.ts';
import { Answer, Empty, Segmented } from '../parts.tsx';
import type { Subject } from '../useSubject.ts';
import { useChoice } from '../useChoice.ts';
import { ComparedWords } from './ComparedWords.tsx';
import { sidesOf, type Against } from './selections.ts';

/** Which words set the episode apart, with length and vocabulary beside them. */
export function WordsTab({ subject }: { readonly subject: Subject }): ReactNode {
  const { report, stream, onset, event, end, stretch } = subject;
  const visible = useVisibleRange();
  const hasText = useTautline(
    (state) => state.ledger.phase === 'open' && state.ledger.report.mapping.text !== undefined,
  );
  const [against, setAgainst] = useChoice<Against>('against', 'before');
  const { name } = report.streams[stream];
  const sides = useMemo(
    () =>
      sidesOf(against, {
        name,
        onset,
        event,
        end,
        events: report.events,
        visible: visible ?? { from: 0, to: report.events },
        stretch,
      }),
    [against, name, onset, event, end, report.events, visible, stretch],
  );
  const query = useWords(hasText ? { window: sides.window, reference: sides.reference } : null);
  if (!hasText)
    return (
      <Empty>
        The ledger has no texts: its file has no column “text”, or none is mapped to it. Map one in the report of what
        opening found.
      </Empty>
    );
  return (
    <>
      <div className="evidence-tools">
        <Segmented
          label="Compare"
          value={against}
          onChange={setAgainst}
          options={[
            ['before', stretch ? `stretch ↔ ${stretch.baseline?.title ?? 'nothing'}` : 'episode ↔ before it'],
            ['others', stretch ? 'stretch ↔ other streams' : 'episode ↔ other streams'],
            ['visible', 'visible range ↔ before it'],
          ]}
        />
      </div>
      <Answer query={query} what="comparing words">
        {(result) => (
          <ComparedWords
            result={result}
            titles={{
              window: sides.windowTitle,
              reference: sides.referenceTitle,
              more: 'More in the window',
              less: 'Less in the window',
            }}
          />
        )}
      </Answer>
    </>
  );
}
