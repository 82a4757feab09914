import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { ExportFile } from '../../charts/ExportMenu.tsx';
import { formatCount, formatDuration } from '../../core/format.ts';
import { conditionOf } from '../../state/find/condition.ts';
import { search, useSearch } from '../../state/find/find.ts';
import { actions, session, useTautline } from '../../state/store.ts';
import { useStoredColumns, type StoredColumn } from '../../state/storedColumns.ts';
import type { FindView } from '../../state/view/find.ts';
import { DrawerEdge } from '../alerts/DrawerEdge.tsx';
import { Icon } from '../shell/Icon.tsx';
import { progressText } from '../shell/Progress.tsx';
import { TakeShown } from '../shell/TakeShown.tsx';
import { useUi } from '../ui.ts';
import { Filters } from './Filters.tsx';
import { hitsCsv } from './hitsFile.ts';
import { HitList } from './HitList.tsx';
import { showEvent } from './show.ts';
import { nextHit, placeOf } from './snippet.ts';
import '../alerts/alerts.css';
import './find.css';

/** A key has to rest so long before its text is searched for. */
const REST_MS = 120;
const HITS: readonly ExportFile[] = [
  { title: 'Hits (CSV)', description: 'All of them, with their whole messages', extension: 'csv', make: hitsCsv },
];
const EMPTY: FindView = { text: '', filters: [] };
const INPUT_ID = 'find-text';

const close = (): void => actions.setFind(null);

function step(forward: boolean): void {
  const hit = nextHit(search.store.getState().hits.indices, session.store.getState().view.selected, forward);
  if (hit !== null) showEvent(hit);
}

/** Searches for what the view says, and again when another ledger or other streams are analysed. */
function useSearching(find: FindView, columns: readonly StoredColumn[] | null): void {
  const ledger = useTautline((state) => (state.ledger.phase === 'open' ? state.ledger.report.fingerprint : null));
  const streamKey = useTautline((state) => state.analysis.report?.streamKey ?? null);
  const asked = JSON.stringify(find);
  useEffect(() => {
    const wanted = JSON.parse(asked) as FindView;
    if (columns === null || ledger === null || streamKey === null) return;
    if (wanted.text === '' && wanted.filters.length === 0) {
      search.clear();
      return;
    }
    const condition = conditionOf(wanted, columns);
    if (condition.ok) void search.start(condition.value);
    else search.refuse(condition.error);
  }, [asked, columns, ledger, streamKey]);
  useEffect(() => () => search.clear(), []);
}

/** n and N step, f and Ctrl+K go to the field, wherever the keys go that no field has. */
function useKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent): void => {
      const command = event.ctrlKey || event.metaKey;
      const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
      const opens = command ? event.key === 'k' : !typing && !event.altKey && event.key === 'f';
      if (opens) document.getElementById(INPUT_ID)?.focus();
      else if (!command && !typing && !event.altKey && (event.key === 'n' || event.key === 'N'))
        step(event.key === 'n');
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

function Standing(): ReactNode {
  const { phase, hits, searched, rows, ms } = useSearch((state) => state);
  const selected = useTautline((state) => state.view.selected);
  const load = useTautline((state) => state.tableLoad);
  if (phase === 'searching' && load.phase !== 'loaded')
    return (
      <span className="dim">
        The messages are still being stored
        {load.phase === 'loading' && load.progress !== null && ` (${progressText(load.progress)})`}; the search starts
        then.
      </span>
    );
  if (phase === 'idle' || phase === 'failed') return null;
  const count = hits.indices.length;
  const place = selected === null ? -1 : placeOf(hits.indices, selected);
  const at = place >= 0 && hits.indices[place] === selected ? `${formatCount(place + 1)} of ` : '';
  const looked = rows === 0 ? 0 : searched / rows;
  return (
    <span>
      <strong>
        {at}
        {formatCount(count)} {count === 1 ? 'hit' : 'hits'}
      </strong>{' '}
      <span className="dim">
        {phase === 'done' && `in ${formatCount(rows)} rows, ${formatDuration(ms)}`}
        {phase === 'searching' && `so far, ${Math.floor(100 * looked)} % searched`}
        {phase === 'stopped' && `, stopped at ${Math.floor(100 * looked)} %`}
        {hits.untracked > 0 && `; ${formatCount(hits.untracked)} more in streams that are not analysed`}
      </span>
    </span>
  );
}

function Controls(): ReactNode {
  const phase = useSearch((state) => state.phase);
  const none = useSearch((state) => state.hits.indices.length === 0);
  return (
    <>
      {phase === 'searching' && (
        <button type="button" className="button small" onClick={() => search.stop()}>
          Stop
        </button>
      )}
      <button
        type="button"
        className="button icon-only small"
        aria-label="Previous hit"
        title="Previous hit (N)"
        disabled={none}
        onClick={() => step(false)}
      >
        <Icon name="chevronLeft" size={13} />
      </button>
      <button
        type="button"
        className="button icon-only small"
        aria-label="Next hit"
        title="Next hit (n)"
        disabled={none}
        onClick={() => step(true)}
      >
        <Icon name="chevronRight" size={13} />
      </button>
    </>
  );
}

/** Search over the messages, in place of the alert table; hits are listed here and marked above the charts. */
export function Find(): ReactNode {
  const find = useTautline((state) => state.view.find) ?? EMPTY;
  const hasText = useTautline(
    (state) => state.ledger.phase === 'open' && state.ledger.report.mapping.text !== undefined,
  );
  const height = useUi((ui) => ui.drawerHeight);
  const [text, setText] = useState(find.text);
  const [known, setKnown] = useState(find.text);
  const columns = useStoredColumns();
  const field = useRef<HTMLInputElement>(null);
  // Back and forward change the view under the field.
  if (known !== find.text) {
    setKnown(find.text);
    setText(find.text);
  }
  useSearching(find, columns);
  useKeys();
  useEffect(() => {
    if (find.text === '') field.current?.focus();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- where it is opened, not where the field is emptied
  }, []);
  useEffect(() => {
    if (text === find.text) return;
    const timer = setTimeout(() => {
      setKnown(text);
      actions.setFind({ ...find, text });
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [text, find]);

  const onFieldKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') step(!event.shiftKey);
    else return;
    event.preventDefault();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    close();
  };
  const addFilter = (): void => {
    const first = columns?.find(({ name }) => name === 'role' || name === 'agent_id') ?? columns?.[0];
    if (!first) return;
    actions.setFind({ ...find, text, filters: [...find.filters, { column: first.name, comparison: 'is', value: '' }] });
  };
  return (
    <section className="drawer find" aria-labelledby="find-title" style={{ height }} onKeyDown={onKeyDown}>
      <DrawerEdge label="Height of the hits" />
      <header>
        <h2 id="find-title">Find</h2>
        <input
          id={INPUT_ID}
          ref={field}
          type="search"
          aria-label="Find in the messages"
          placeholder={hasText ? 'Text of a message' : 'no texts in this ledger'}
          disabled={!hasText && find.text === ''}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onFieldKey}
        />
        <button type="button" className="button small quiet" disabled={columns === null} onClick={addFilter}>
          Filter by column
        </button>
        <div className="find-standing" role="status">
          <Standing />
        </div>
        <Controls />
        <TakeShown name="hits" files={HITS} />
        <button
          type="button"
          className="button icon-only small"
          aria-label="Close the search"
          title="Close the search (Esc)"
          onClick={close}
        >
          <Icon name="close" size={13} />
        </button>
      </header>
      <Filters
        find={find}
        columns={columns ?? []}
        onChange={(filters) => actions.setFind({ ...find, text, filters })}
      />
      <HitList text={find.text} hasText={hasText} />
    </section>
  );
}
