import { createContext, useCallback, useContext, useMemo, useState } from 'react';
import { actions, session, useTautline } from '../../state/store.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import type { Panel } from '../panel.ts';
import { arranged, factsOf, isFolded, moveTo, toggleFold, togglePin, withHeight, type PanelFacts } from './arrange.ts';

/** How the panels are arranged, and what changes it. */
export interface Arrangement {
  readonly order: readonly Panel[];
  readonly facts: PanelFacts;
  /** To a place among all, from 0. */
  readonly move: (id: string, place: number) => void;
  /** To the place before, or after, in the order. */
  readonly moveBy: (id: string, by: number) => void;
  readonly pin: (id: string) => void;
  readonly fold: (id: string) => void;
  /** `rest` false while the edge is held. */
  readonly resize: (panel: Panel, height: number, rest: boolean) => void;
  readonly reset: () => void;
  /** What was done, for those who do not see it. */
  readonly said: string;
  /** Where a panel that is held would go, CSS px from the top of the stack; null: nowhere. */
  readonly dropAt: number | null;
  readonly setDropAt: (top: number | null) => void;
}

const ArrangementContext = createContext<Arrangement | null>(null);
export const ArrangementProvider = ArrangementContext.Provider;

export function useArranged(): Arrangement {
  const arrangement = useContext(ArrangementContext);
  if (!arrangement) throw new Error('A panel is drawn outside a PanelStack');
  return arrangement;
}

export const usePanelFolded = (id: string): boolean => {
  const { facts } = useArranged();
  return useTautline(({ view }) => isFolded(id, view, facts));
};

const layout = () => session.store.getState().view;

/**
 * What fired and what is out of action is taken when a ledger is opened, or its streams are others: a panel that moved
 * or folded whenever a limit is dragged would slip from under the pointer.
 */
function useFacts(panels: readonly Panel[], report: AnalysisReport) {
  const key = useTautline(({ ledger }) =>
    ledger.phase === 'open' ? `${ledger.report.fingerprint} ${report.parameters.stream}` : '',
  );
  const [known, setKnown] = useState(() => ({ key, facts: factsOf(panels, report) }));
  const take = useCallback(() => setKnown({ key, facts: factsOf(panels, report) }), [key, panels, report]);
  if (known.key !== key) take();
  return { facts: known.facts, take };
}

export function useArrangement(panels: readonly Panel[], report: AnalysisReport): Arrangement {
  const { facts, take } = useFacts(panels, report);
  const pinnedPanels = useTautline((state) => state.view.pinnedPanels);
  const panelOrder = useTautline((state) => state.view.panelOrder);
  const [said, setSaid] = useState('');
  const [dropAt, setDropAt] = useState<number | null>(null);
  const order = useMemo(() => {
    const ids = panels.map(({ id }) => id);
    const sorted = arranged(ids, { ...layout(), pinnedPanels, panelOrder }, facts);
    return sorted.map((id) => panels.find((panel) => panel.id === id)!);
  }, [panels, pinnedPanels, panelOrder, facts]);
  return useMemo(() => {
    const ids = order.map(({ id }) => id);
    const titleOf = (id: string) => order.find((panel) => panel.id === id)?.title ?? id;
    const move = (id: string, place: number) => {
      const change = moveTo(ids, id, place, layout());
      if (change) actions.setLayout(change);
      const now = change?.panelOrder ?? ids;
      setSaid(`${titleOf(id)} is ${now.indexOf(id) + 1} of ${now.length}`);
    };
    return {
      order,
      facts,
      move,
      moveBy: (id, by) => move(id, ids.indexOf(id) + by),
      pin: (id) => actions.setLayout(togglePin(id, layout())),
      fold: (id) => actions.setLayout(toggleFold(id, layout(), facts)),
      resize: (panel, height, rest) => actions.setLayout(withHeight(panel.id, height, panel.height, layout()), rest),
      reset() {
        take();
        actions.setLayout({
          pinnedPanels: [],
          panelOrder: [],
          foldedPanels: [],
          unfoldedPanels: [],
          panelHeights: {},
          logScales: [],
          linearScales: [],
        });
        setSaid('The panels are as at first');
      },
      said,
      dropAt,
      setDropAt,
    };
  }, [order, facts, take, said, dropAt]);
}
