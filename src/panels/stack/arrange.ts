import { outagesOf } from '../../detection/healthText.ts';
import type { ViewState } from '../../state/types.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import type { Panel } from '../panel.ts';

/** What the address holds of how panels are arranged; all by their ids. */
export type Layout = Pick<
  ViewState,
  'pinnedPanels' | 'panelOrder' | 'foldedPanels' | 'unfoldedPanels' | 'panelHeights'
>;

/** What the order rests on where the user has chosen none. */
export interface PanelFacts {
  /** Panels whose alerts have fired. */
  readonly fired: ReadonlySet<string>;
  /** Panels whose channel can raise nothing in any stream. */
  readonly dead: ReadonlySet<string>;
}

export function factsOf(panels: readonly Panel[], report: Pick<AnalysisReport, 'alerts' | 'health' | 'streams'>) {
  const kinds = new Set(report.alerts.map(({ kind }) => kind));
  const fired = new Set<string>();
  const dead = new Set<string>();
  for (const panel of panels) {
    if (panel.type !== 'lines') continue;
    if (panel.kinds.some((kind) => kinds.has(kind))) fired.add(panel.id);
    const out = outagesOf(report.health.filter(({ channel }) => channel === panel.channel));
    const streams = new Set(out.flatMap((outage) => outage.streams ?? []));
    if (out.some((outage) => outage.streams === null) || (out.length > 0 && streams.size === report.streams.length))
      dead.add(panel.id);
  }
  return { fired, dead } satisfies PanelFacts;
}

/**
 * The ids from top to bottom: those pinned, then as the user has put them; else the first panel, those that fired, the
 * others, and last those that can raise nothing.
 */
export function arranged(ids: readonly string[], layout: Layout, { fired, dead }: PanelFacts): readonly string[] {
  const rank = (id: string): number => (id === ids[0] ? 0 : dead.has(id) ? 3 : fired.has(id) ? 1 : 2);
  const own = ids.toSorted((a, b) => rank(a) - rank(b));
  const chosen = layout.panelOrder.filter((id) => ids.includes(id));
  const rest = [...new Set([...chosen, ...own])];
  const pinned = layout.pinnedPanels.filter((id) => ids.includes(id));
  return [...new Set([...pinned, ...rest])];
}

export const isFolded = (id: string, layout: Layout, { dead }: PanelFacts): boolean =>
  layout.foldedPanels.includes(id) || (dead.has(id) && !layout.unfoldedPanels.includes(id));

const without = (ids: readonly string[], id: string): readonly string[] => ids.filter((one) => one !== id);

/** Folds a panel, or unfolds it. */
export function toggleFold(id: string, layout: Layout, facts: PanelFacts): Partial<Layout> {
  const folded = without(layout.foldedPanels, id);
  const unfolded = without(layout.unfoldedPanels, id);
  if (!isFolded(id, layout, facts)) return { foldedPanels: [...folded, id], unfoldedPanels: unfolded };
  return { foldedPanels: folded, unfoldedPanels: facts.dead.has(id) ? [...unfolded, id] : unfolded };
}

/** Pins a panel below those that are, or lets it go. */
export const togglePin = (id: string, { pinnedPanels }: Layout): Partial<Layout> => ({
  pinnedPanels: pinnedPanels.includes(id) ? without(pinnedPanels, id) : [...pinnedPanels, id],
});

/** Moves a panel to a place among all; those pinned stay above the others. Null where it stays where it is. */
export function moveTo(order: readonly string[], id: string, place: number, layout: Layout): Partial<Layout> | null {
  const pinned = order.filter((one) => layout.pinnedPanels.includes(one)).length;
  const isPinned = layout.pinnedPanels.includes(id);
  const [first, last] = isPinned ? [0, pinned - 1] : [pinned, order.length - 1];
  const to = Math.max(first, Math.min(last, place));
  if (to === order.indexOf(id)) return null;
  const next = [...without(order, id)];
  next.splice(to, 0, id);
  return { panelOrder: next, ...(isPinned && { pinnedPanels: next.slice(0, pinned) }) };
}

/** What a panel's height may be, CSS px. */
export const PANEL_HEIGHTS = { min: 60, max: 600, step: 20 } as const;

export function withHeight(id: string, height: number, usual: number, { panelHeights }: Layout): Partial<Layout> {
  const held = Math.round(Math.max(PANEL_HEIGHTS.min, Math.min(PANEL_HEIGHTS.max, height)));
  const others = Object.fromEntries(Object.entries(panelHeights).filter(([one]) => one !== id));
  return { panelHeights: held === usual ? others : { ...others, [id]: held } };
}
