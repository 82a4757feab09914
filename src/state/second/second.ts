import { createStore, type StoreApi } from 'zustand/vanilla';
import type { LedgerSource } from '../../ledger/types.ts';
import { isAgreed } from '../consent.ts';
import { readCompare, writeCompare, type CompareView, type SecondSource } from '../drilldown/compareView.ts';
import type { Session } from '../session.ts';
import type { Toast } from '../types.ts';
import { viewSource } from '../view.ts';
import { createMeasurer, type Measurer, type MeasurerState } from './measurer.ts';

/** A second ledger beside the page's: a session of its own, which the view names and which follows the first. */
export interface SecondState extends MeasurerState {
  /** Its session from when it opens until it is closed. */
  readonly session: Session | null;
  /** The view names one that only the user can bring: files to choose again, or an address to agree to. */
  readonly asks: SecondSource | null;
}

export interface Second {
  readonly store: Pick<StoreApi<SecondState>, 'getState' | 'getInitialState' | 'subscribe'>;
  /** Opens a ledger in the place of the second one, if any. Resolves when it is measured, or is not to be. */
  open(source: LedgerSource): Promise<void>;
  /** Frees what it takes. */
  close(): void;
  /** False while it opens or is measured. */
  isIdle(): boolean;
  dispose(): void;
}

const NONE: SecondState = { session: null, axes: null, busy: false, asks: null, error: null };

/** The second ledger as it is open. */
interface Current {
  readonly key: string;
  readonly session: Session;
  readonly measurer: Measurer;
  readonly stop: () => void;
}

/** @param create makes the session of a second ledger; it must not start anything before it opens */
export function createSecond(first: Session, create: () => Session): Second {
  const store = createStore<SecondState>(() => NONE);
  /** Files and samples that were opened, so that back and forward find them again. */
  const sources = new Map<string, LedgerSource>();
  let current: Current | null = null;

  const view = (): CompareView => readCompare(first.store.getState().view.compare);
  const setView = (next: CompareView): void => first.actions.setLab({ compare: writeCompare(next) });

  function release(): void {
    const closing = current;
    current = null;
    closing?.measurer.end();
    closing?.stop();
    closing?.session.dispose();
  }

  function start(key: string, source: LedgerSource): void {
    release();
    const { ledger } = first.store.getState();
    const session = create();
    const measurer = createMeasurer(first, session, view, (state) => store.setState(state));
    const stop = passNotices(session, (level, text) => first.actions.toast(level, `Second ledger: ${text}`));
    current = { key, session, measurer, stop };
    store.setState({ ...NONE, session }, true);
    // Vectors of one model are what can be compared.
    const embedder = source.embedder ?? (ledger.phase === 'open' ? ledger.source.embedder : undefined);
    measurer.open({ ...source, embedder });
  }

  /** Makes the second ledger what the view says. */
  function follow(): void {
    const { ledger, analysis, dragging, consent } = first.state();
    const { second } = view();
    if (!second) {
      release();
      if (store.getState() !== NONE) store.setState(NONE, true);
      return;
    }
    if (ledger.phase !== 'open' || !analysis.report || analysis.running !== null || dragging) return;
    const key = keyOf(second);
    if (current?.key === key) {
      current.measurer.follow();
      return;
    }
    const source = sources.get(key) ?? sourceOf(second, (url) => isAgreed(consent, url));
    if (source) start(key, source);
    else {
      release();
      store.setState({ ...NONE, asks: second }, true);
    }
  }

  const stop = first.store.subscribe((now, before) => {
    const compared = now.view.compare !== before.view.compare;
    const analysed = now.analysis !== before.analysis || now.dragging !== before.dragging;
    if (compared || analysed || now.ledger.phase !== before.ledger.phase) follow();
  });
  follow();

  return {
    store,
    async open(source) {
      const named = withoutPart(viewSource(source));
      sources.set(keyOf(named), source);
      const before = view();
      // Whatever is open under that name is another one now.
      release();
      // What the view asks for is opened as the view says.
      if (before.second && keyOf(before.second) === keyOf(named)) setView(before);
      else {
        const a = before.a?.ledger === 'first' ? before.a : null;
        setView({ ...before, a, b: null, second: named, streamKey: null });
      }
      await current?.measurer.settled();
    },
    close() {
      const { a, b, ...kept } = view();
      const ofFirst = (side: CompareView['a']) => (side?.ledger === 'first' ? side : null);
      setView({ ...kept, a: ofFirst(a), b: ofFirst(b), second: null, streamKey: null });
    },
    isIdle() {
      const { session, busy } = store.getState();
      return !busy && current?.measurer.waits !== true && (session === null || session.isIdle());
    },
    dispose() {
      stop();
      release();
    },
  };
}

const nameOf = (source: SecondSource): string => (source.kind === 'url' ? source.url : source.name);
const keyOf = (source: SecondSource): string => JSON.stringify([source.kind, nameOf(source)]);
const withoutPart = (source: SecondSource): SecondSource =>
  source.kind === 'url' ? { kind: 'url', url: source.url } : { kind: source.kind, name: source.name };

/** What can be opened without asking anybody. */
function sourceOf(source: SecondSource, agreed: (url: string) => boolean): LedgerSource | null {
  if (source.kind === 'sample') return source;
  return source.kind === 'url' && agreed(source.url) ? source : null;
}

/** Passes on what goes wrong in a session that has no page. */
function passNotices(session: Session, say: (level: Toast['level'], text: string) => void): () => void {
  let last = 0;
  return session.store.subscribe(({ toasts }) => {
    for (const { id, level, text } of toasts) {
      if (id <= last) continue;
      last = id;
      if (level !== 'info') say(level, text);
    }
  });
}
