import { useState, type ReactNode } from 'react';
import { explain, toTautlineError } from '../../../core/errors.ts';
import { formatBytes, formatMs } from '../../../core/format.ts';
import { makeReport, useInvestigation } from '../../../state/drilldown/queries.ts';
import { useTautline } from '../../../state/store.ts';
import { download } from '../../whatif/parameterFile.ts';
import { fileName } from '../../../core/fileName.ts';
import type { Subject } from '../useSubject.ts';
import { Problem } from '../../shell/Problem.tsx';

type Of = 'subject' | 'session';
type Making =
  | { readonly phase: 'idle' }
  | { readonly phase: 'making'; readonly of: Of }
  | { readonly phase: 'made'; readonly name: string; readonly bytes: number; readonly ms: number }
  | { readonly phase: 'failed'; readonly problem: string };

/** One click makes a self-contained file of the alert or stretch, or of the session. */
export function ReportTab({ subject }: { readonly subject: Subject }): ReactNode {
  const { alert, report, stretch, investigated: what } = subject;
  const ledger = useTautline((state) => (state.ledger.phase === 'open' ? state.ledger.report.name : ''));
  const investigated = useInvestigation(what)?.phase === 'done';
  const [making, setMaking] = useState<Making>({ phase: 'idle' });
  const make = async (of: Of): Promise<void> => {
    const from = performance.now();
    setMaking({ phase: 'making', of });
    try {
      const html = await makeReport(of === 'subject' ? what : null);
      const blob = new Blob([html], { type: 'text/html' });
      const name = fileName(
        of === 'subject'
          ? ['tautline', ledger, report.streams[subject.stream].name, alert?.kind ?? 'stretch', String(subject.event)]
          : ['tautline', ledger, 'session'],
        'html',
      );
      download(blob, name);
      setMaking({ phase: 'made', name, bytes: blob.size, ms: performance.now() - from });
    } catch (thrown) {
      setMaking({ phase: 'failed', problem: explain(toTautlineError(thrown, 'making the report')) });
    }
  };
  const busy = making.phase === 'making';
  return (
    <div className="report-start">
      <p>
        A report is one HTML file that opens without Tautline: charts as SVG, tables, the parameters in force, and the
        hashes that say which ledger and which analysis it is of. It has quotes of messages in it: mind who gets it.
      </p>
      <div className="buttons">
        <button type="button" className="button primary" disabled={busy} onClick={() => void make('subject')}>
          Report of this {stretch ? 'stretch' : 'alert'}
        </button>
        <button type="button" className="button" disabled={busy} onClick={() => void make('session')}>
          Report of the session
        </button>
      </div>
      <p className="dim">
        {investigated
          ? `The investigation of this ${stretch ? 'stretch' : 'alert'} goes into its report.`
          : `Investigate the ${stretch ? 'stretch' : 'alert'} first, and its report has the investigation too.`}
      </p>
      <p role="status">
        {making.phase === 'making' && 'Making the report…'}
        {making.phase === 'made' && (
          <>
            Saved <strong>{making.name}</strong>{' '}
            <span className="dim">
              {formatBytes(making.bytes)}, in {formatMs(making.ms)}
            </span>
          </>
        )}
      </p>
      {making.phase === 'failed' && <Problem>{making.problem}</Problem>}
    </div>
  );
}
