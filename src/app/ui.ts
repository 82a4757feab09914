import { create } from 'zustand';
import type { ParameterName } from '../detection/parameterTypes.ts';
import type { NoticeKind } from '../detection/channels/table.ts';

/** Which sheet lies over the panels. */
export type Sheet = 'report' | 'open' | 'shortcuts' | 'methods' | 'glossary' | 'embedder' | 'follow' | null;

/** What the shell remembers of itself: not part of the view, so not in the URL. */
export interface UiState {
  readonly sheet: Sheet;
  /** The report is to be opened at its columns. */
  readonly atColumns: boolean;
  /** Section of docs/methods.md at which the sheet of methods opens; 0 for its top. */
  readonly methodsSection: number;
  /** Step of the tour, from 0; null: it is not under way. */
  readonly tour: number | null;
  /** A live ledger is followed. */
  readonly live: boolean;
  readonly whatIfOpen: boolean;
  /** Whose slider is to be shown and focused; `end`: of a parameter that is a pair. */
  readonly asked: { readonly name: ParameterName; readonly end: 0 | 1 } | null;
  readonly drawerOpen: boolean;
  /** What the drawer lists. */
  readonly drawerList: 'alerts' | 'notices';
  /** Kinds of notice that are listed; null: all. */
  readonly noticeKinds: readonly NoticeKind[] | null;
  /** Height of the alert drawer, CSS px. */
  readonly drawerHeight: number;
  /** The drawer is open beside the evidence, which else would be left little room. */
  readonly drawerBesideEvidence: boolean;
  /** Share of the centre's height that the evidence takes; null: what leaves the charts of this window room. */
  readonly evidenceShare: number | null;
}

/** A page too narrow for panels beside the charts: they lie over them, and the tools of the top bar are in a menu. */
export const compactPage = matchMedia('(max-width: 900px)');

const KEPT = 'tautline.shell';
export const MIN_DRAWER = 96;
export const MIN_EVIDENCE = 0.25;
export const MAX_EVIDENCE = 0.92;

function remembered(): Partial<UiState> {
  try {
    const raw: unknown = JSON.parse(localStorage.getItem(KEPT) ?? '{}');
    if (typeof raw !== 'object' || raw === null) return {};
    const { whatIfOpen, drawerOpen, drawerHeight, evidenceShare } = raw as Record<string, unknown>;
    return {
      ...(typeof whatIfOpen === 'boolean' && { whatIfOpen }),
      ...(typeof drawerOpen === 'boolean' && { drawerOpen }),
      ...(typeof drawerHeight === 'number' && drawerHeight >= MIN_DRAWER && { drawerHeight }),
      ...(typeof evidenceShare === 'number' &&
        evidenceShare >= MIN_EVIDENCE &&
        evidenceShare <= MAX_EVIDENCE && { evidenceShare }),
    };
  } catch {
    return {};
  }
}

/** What covers the charts of a compact page is shown when it is asked for. */
const panels = ({
  whatIfOpen = true,
  drawerOpen = true,
}: Partial<UiState>): Pick<UiState, 'whatIfOpen' | 'drawerOpen'> =>
  compactPage.matches ? { whatIfOpen: false, drawerOpen: false } : { whatIfOpen, drawerOpen };

const kept = remembered();

export const useUi = create<UiState>(() => ({
  sheet: null,
  atColumns: false,
  methodsSection: 0,
  tour: null,
  live: false,
  asked: null,
  drawerList: 'alerts',
  noticeKinds: null,
  drawerHeight: Math.max(140, Math.min(300, Math.round(window.innerHeight * 0.22))),
  drawerBesideEvidence: false,
  evidenceShare: null,
  ...kept,
  ...panels(kept),
}));
compactPage.addEventListener('change', () => useUi.setState(panels(remembered())));

useUi.subscribe(({ whatIfOpen, drawerOpen, drawerHeight, evidenceShare }) => {
  const { whatIfOpen: panel, drawerOpen: drawer } = remembered();
  const open = compactPage.matches ? { whatIfOpen: panel, drawerOpen: drawer } : { whatIfOpen, drawerOpen };
  try {
    localStorage.setItem(KEPT, JSON.stringify({ ...open, drawerHeight, evidenceShare }));
  } catch {
    // Storage is refused in private windows; the layout is then forgotten.
  }
});

export const showSheet = (sheet: Sheet): void => useUi.setState({ sheet, atColumns: false });
/** Opens the report of the open ledger at its columns, to map them. */
export const showColumns = (): void => useUi.setState({ sheet: 'report', atColumns: true });
/** Opens docs/methods.md at a section; 0 for its top. */
export const showMethods = (section: number): void => useUi.setState({ sheet: 'methods', methodsSection: section });
/** Goes to a step of the tour; null leaves it. */
export const setTour = (tour: number | null): void => useUi.setState({ tour, sheet: null });
/** Brings the slider of a parameter into view and focuses it. */
export const showParameter = (name: ParameterName, end: 0 | 1): void =>
  useUi.setState({ whatIfOpen: true, asked: { name, end } });
export const toggleSheet = (sheet: Sheet): void =>
  useUi.setState((ui) => ({ sheet: ui.sheet === sheet ? null : sheet }));
