import { lazy, Suspense, type ReactNode } from 'react';
import { advisesMapping, explain, type TautlineError } from '../../core/errors.ts';
import type { LedgerSource, OpenReport } from '../../ledger/types.ts';
import { actions } from '../../state/store.ts';
import { copyText } from '../shell/copy.ts';
import { showColumns, showSheet } from '../ui.ts';
import { canRefresh, reopen } from './fresh.ts';
import { EventKinds } from './EventKinds.tsx';
import { goToColumns, MappingForm } from './MappingForm.tsx';
import { LazyNarrowPanel } from './OpenReport.tsx';
import './report.css';

const LazySeveralPanel = lazy(() => import('./Several.tsx').then((module) => ({ default: module.SeveralPanel })));

/** What went wrong, where, and what to do next, taken apart so that each is found at once. */
function parts(error: TautlineError): readonly (readonly [string, string])[] {
  switch (error.kind) {
    case 'file':
      return [
        ['File', error.file],
        ['Problem', error.problem],
        ['What to do', error.advice],
      ];
    case 'column':
      return [
        ['File', error.file],
        ['Column', error.column],
        ['Found', error.found],
        ['Needed', error.needed],
        ['What to do', error.advice],
      ];
    case 'network':
    case 'stalled':
      return [
        ['Address', error.url],
        ['Problem', error.problem],
        ['What to do', error.advice],
      ];
    case 'changed':
      return [['File', explain(error)]];
    case 'parameter':
      return [
        ['Parameter', error.name],
        ['Problem', error.problem],
        ['What to do', error.advice],
      ];
    case 'worker':
      return [
        ['Worker', error.worker],
        ['Problem', error.problem],
        ['What to do', error.advice],
      ];
    case 'cancelled':
      return [['Cancelled', error.what]];
    default:
      return [
        ['Problem', error.problem],
        ['What to do', error.advice],
      ];
  }
}

function ErrorParts({ error }: { readonly error: TautlineError }): ReactNode {
  return (
    <dl className="error-parts">
      {parts(error).map(([what, text]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function Ways({
  name,
  error,
  main = true,
  onColumns,
  isMendable = false,
  children,
}: {
  readonly name: string;
  readonly error: TautlineError;
  /** False where the page has a better way than to open something else. */
  readonly main?: boolean;
  /** True if what mends it stands below, with a main button of its own. */
  readonly isMendable?: boolean;
  /** Leads to the form of the columns; absent where other columns mend nothing. */
  readonly onColumns?: (() => void) | undefined;
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <div className="buttons">
      {onColumns && (
        <button type="button" className="button primary" onClick={onColumns}>
          Choose the columns
        </button>
      )}
      <button
        type="button"
        className={!main ? 'button quiet' : isMendable || onColumns ? 'button' : 'button primary'}
        onClick={() => actions.close()}
      >
        Open something else
      </button>
      {children}
      <button
        type="button"
        className="button quiet"
        onClick={() => void copyText(`${name}\n${explain(error)}\n${navigator.userAgent}`, 'Error copied.')}
      >
        Copy details
      </button>
    </div>
  );
}

/** What may go otherwise when it is tried again, and what it is called then. */
const AGAIN: Partial<Record<TautlineError['kind'], string>> = {
  network: 'Try again',
  stalled: 'Try again',
  worker: 'Try again',
  redirected: 'Try again',
  changed: 'Open again',
};

/** Only where there is something to read: a chosen file that has changed is void for the browser, a dropped one not. */
function TryAgain({ source, error }: { readonly source: LedgerSource; readonly error: TautlineError }): ReactNode {
  const label = AGAIN[error.kind];
  if (label === undefined || (error.kind === 'changed' && !canRefresh(source))) return null;
  return (
    <button type="button" className="button" onClick={() => void reopen(source)}>
      {label}
    </button>
  );
}

/** A ledger that was not opened; where other columns may mend it, they can be mapped here. */
export function OpenFailed({
  name,
  source,
  error,
}: {
  readonly name: string;
  readonly source: LedgerSource;
  readonly error: TautlineError;
}): ReactNode {
  const has = 'has' in error ? error.has : undefined;
  const survey = 'survey' in error ? error.survey : undefined;
  if (error.kind === 'ledger' && error.several) {
    return (
      <div className="centre-message tall">
        <div role="alert">
          <h2>Several ledgers</h2>
          <p>{explain(error)}.</p>
        </div>
        <Suspense fallback={null}>
          <LazySeveralPanel source={source} several={error.several} />
        </Suspense>
        <Ways name={name} error={error} main={false} />
      </div>
    );
  }
  const kinds = 'kinds' in error ? error.kinds : undefined;
  const canTake = kinds?.some(({ captured }) => captured > 0) === true;
  return (
    <div className={`centre-message failed${has || survey || kinds ? ' tall' : ''}`}>
      <div role="alert">
        <h2>
          {name} {error.kind === 'memory' ? 'is too large to open whole' : 'could not be opened'}
        </h2>
        <ErrorParts error={error} />
      </div>
      <Ways name={name} error={error} onColumns={has && goToColumns} isMendable={has !== undefined || canTake}>
        <TryAgain source={source} error={error} />
      </Ways>
      {kinds && <EventKinds source={source} kinds={kinds} />}
      {survey && (
        <Suspense fallback={null}>
          <LazyNarrowPanel source={source} survey={survey} opened={false} />
        </Suspense>
      )}
      {has && <MappingForm source={source} has={has} error={error} />}
    </div>
  );
}

/** A ledger that was read and cannot be analysed: why, what opening it found, and its columns to map otherwise. */
export function AnalysisFailed({
  source,
  report,
  error,
}: {
  readonly source: LedgerSource;
  readonly report: OpenReport;
  readonly error: TautlineError;
}): ReactNode {
  return (
    <div className="centre-message failed">
      <div role="alert">
        <h2>Nothing to chart</h2>
        <ErrorParts error={error} />
      </div>
      {report.notes.length > 0 && (
        <ul className="notes">
          {report.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <Ways name={report.name} error={error} onColumns={advisesMapping(error) ? showColumns : undefined}>
        <button type="button" className="button" onClick={() => showSheet('report')}>
          Columns and notes…
        </button>
        <TryAgain source={source} error={error} />
      </Ways>
      {(error.kind === 'memory' || error.kind === 'worker') && (
        <Suspense fallback={null}>
          <LazyNarrowPanel source={source} survey={report.survey} opened />
        </Suspense>
      )}
    </div>
  );
}

/** A later analysis that failed, over the charts of the last good one. */
export function AnalysisTrouble({
  source,
  error,
}: {
  readonly source: LedgerSource;
  readonly error: TautlineError;
}): ReactNode {
  return (
    <div className="banner danger" role="alert">
      <span>{explain(error)}</span>
      {advisesMapping(error) && (
        <button type="button" className="button" onClick={showColumns}>
          Choose the columns
        </button>
      )}
      <button type="button" className="button" onClick={() => void reopen(source)}>
        Reopen the ledger
      </button>
    </div>
  );
}
