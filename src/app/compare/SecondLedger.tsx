import { lazy, Suspense, type ReactNode } from 'react';
import { useStore } from 'zustand';
import { explain } from '../../core/errors.ts';
import { formatBytes, formatCount } from '../../core/format.ts';
import { besides, takenBy } from '../../state/otherLedger.ts';
import { second, useSecond } from '../../state/second/page.ts';
import type { Session } from '../../state/session.ts';
import { session as first } from '../../state/store.ts';
import { Segmented } from '../evidence/parts.tsx';
import { ProgressBar, progressText } from '../shell/Progress.tsx';
import { ChooseSecond } from './ChooseSecond.tsx';
import { setCompare, useCompareView, type ComparedLedgers } from './sides.ts';

const SeveralPanel = lazy(() => import('../open/Several.tsx').then((module) => ({ default: module.SeveralPanel })));
const NarrowPanel = lazy(() => import('../open/Narrow.tsx').then((module) => ({ default: module.NarrowPanel })));

/** The ledger that stands beside the first, or the ways to bring one. */
export function SecondLedger({ ledgers }: { readonly ledgers: ComparedLedgers }): ReactNode {
  const session = useSecond((state) => state.session);
  return (
    <section className="compare-second" aria-label="Second ledger">
      {session ? <Opened session={session} ledgers={ledgers} /> : <ChooseSecond />}
    </section>
  );
}

function Close({ children }: { readonly children: string }): ReactNode {
  return (
    <button type="button" className="button small" onClick={() => second.close()}>
      {children}
    </button>
  );
}

/** From when it opens until it is closed. */
function Opened({ session, ledgers }: { readonly session: Session; readonly ledgers: ComparedLedgers }): ReactNode {
  const ledger = useStore(session.store, (state) => state.ledger);
  const analysis = useStore(session.store, (state) => state.analysis);
  const trouble = useSecond((state) => state.error);
  const busy = useSecond((state) => state.busy);
  if (ledger.phase === 'opening')
    return (
      <div role="status" className="second-opening">
        <span>
          Opening {ledger.name}
          {ledger.progress && `: ${progressText(ledger.progress)}`}
        </span>
        <ProgressBar progress={ledger.progress} label="Opening the second ledger" />
        <Close>Cancel</Close>
      </div>
    );
  if (ledger.phase === 'asking')
    return (
      <div className="second-line">
        <span>
          {ledger.redirect ? `${ledger.redirect.from} leads to ` : 'This link also opens '}
          <code>{ledger.name}</code>. Nothing has been fetched from there.
        </span>
        <button type="button" className="button small primary" onClick={() => session.actions.agree()}>
          Open it
        </button>
        <Close>Do not open it</Close>
      </div>
    );
  if (ledger.phase === 'failed') return <Failed ledger={ledger} />;
  if (ledger.phase === 'empty') return <span role="status">Preparing…</span>;
  const error = trouble ?? (busy || analysis.running ? null : analysis.error);
  if (ledgers.second && !error) return <Measured ledgers={ledgers} session={session} busy={busy} />;
  return (
    <div role={error ? 'alert' : 'status'} className="second-line">
      <span className={error ? 'field-problem' : undefined}>
        {ledger.report.name}:{' '}
        {error ? explain(error) : analysis.running ? progressText(analysis.running) : 'measuring…'}
      </span>
      {error && <StreamKeys session={session} />}
      <Close>{error ? 'Close it' : 'Cancel'}</Close>
    </div>
  );
}

function Failed({
  ledger: { name, source, error },
}: {
  readonly ledger: Extract<ReturnType<Session['state']>['ledger'], { phase: 'failed' }>;
}): ReactNode {
  const several = error.kind === 'ledger' ? error.several : undefined;
  const survey = error.kind === 'memory' ? error.survey : undefined;
  return (
    <>
      <div role="alert" className="second-line">
        <span className="field-problem">
          {name} could not be opened beside the first. {explain(error)}
        </span>
        <Close>Choose another</Close>
      </div>
      <Suspense fallback={null}>
        {several && <SeveralPanel source={source} several={several} open={second.open} isSecond />}
        {survey && (
          <NarrowPanel source={source} survey={survey} opened={false} open={(part) => void second.open(part)} />
        )}
      </Suspense>
    </>
  );
}

/** What its streams are taken by. */
function StreamKeys({ session }: { readonly session: Session }): ReactNode {
  const ledger = useStore(session.store, (state) => state.ledger);
  const asked = useStore(session.store, (state) => state.view.parameters.stream);
  if (ledger.phase !== 'open') return null;
  const keys = ledger.report.streamKeys.map(({ key }) => key);
  return (
    <label>
      streams by{' '}
      <select
        aria-label="Streams of the second ledger by"
        value={asked}
        onChange={({ target: { value } }) => setCompare({ streamKey: value, a: null, b: null })}
      >
        {!keys.includes(asked) && <option>{asked}</option>}
        {keys.map((key) => (
          <option key={key}>{key}</option>
        ))}
      </select>
    </label>
  );
}

const bytesText = (name: string, bytes: number | undefined): string => `${name} ${formatBytes(bytes ?? 0)}`;

function Measured({
  ledgers,
  session,
  busy,
}: {
  readonly ledgers: ComparedLedgers;
  readonly session: Session;
  readonly busy: boolean;
}): ReactNode {
  const axes = useSecond((state) => state.axes);
  const chosen = useCompareView().axes;
  const { report, name } = ledgers.second!;
  const held = [takenBy(first.store.getState().ledger), besides.ledger()];
  return (
    <>
      <div className="second-line">
        <span>
          <strong>{name}</strong>{' '}
          <span className="dim">
            {formatCount(report.events)} events, {formatCount(report.streams.length)}{' '}
            {report.streams.length === 1 ? 'stream' : 'streams'}
          </span>
        </span>
        <span>
          measured by{' '}
          <Segmented
            label="The second ledger is measured by"
            value={chosen}
            onChange={(next) => setCompare({ axes: next })}
            options={[
              ['first', `axes and reference of ${ledgers.first.name}`],
              ['second', 'its own'],
            ]}
          />
        </span>
        <StreamKeys session={session} />
        <Close>Close it</Close>
        {busy && (
          <span role="status" className="dim">
            measuring anew…
          </span>
        )}
      </div>
      {axes !== null && axes.why !== null && (
        <p className="dim" data-testid="no-shared-axes">
          Measured by its own axes and reference: {axes.why}. There is no common map, and signals of meaning are not on
          one scale.
        </p>
      )}
      {axes?.warnings.map((warning) => (
        <p className="dim" key={warning}>
          {warning}
        </p>
      ))}
      <p className="dim">
        Both are held in this tab’s memory and count together where another is opened:{' '}
        {held.flatMap((one) => (one ? [bytesText(one.name, one.bytes)] : [])).join(', ')}.
      </p>
    </>
  );
}
