import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_VIEW } from '../../state/view.ts';
import { PANELS } from '../registry.ts';
import { analysed, type Analysed } from '../testing.ts';
import {
  arranged,
  factsOf,
  isFolded,
  moveTo,
  toggleFold,
  togglePin,
  withHeight,
  type Layout,
  type PanelFacts,
} from './arrange.ts';

const ids = ['alerts', 'kl', 'cusum', 'rho', 'style', 'states'];
const facts: PanelFacts = { fired: new Set(['style', 'cusum']), dead: new Set(['rho']) };
const layoutOf = (change: Partial<Layout> = {}): Layout => ({ ...DEFAULT_VIEW, ...change });

describe('the order of panels', () => {
  it('has what fired first, and what can raise nothing last', () => {
    expect(arranged(ids, layoutOf(), facts)).toEqual(['alerts', 'cusum', 'style', 'kl', 'states', 'rho']);
  });

  it('has a panel last that cannot raise what another panel marked on it raised', () => {
    const both: PanelFacts = { fired: new Set(['kl', 'cusum']), dead: new Set(['kl']) };
    expect(arranged(ids, layoutOf(), both).at(-1)).toBe('kl');
  });

  it('is the user’s where there is one; those that it does not know follow', () => {
    const layout = layoutOf({ panelOrder: ['rho', 'gone', 'kl'], pinnedPanels: ['states', 'gone'] });
    expect(arranged(ids, layout, facts)).toEqual(['states', 'rho', 'kl', 'alerts', 'cusum', 'style']);
  });

  it('never loses a panel, wherever one is moved and whatever is pinned', () => {
    const some = fc.subarray(ids).chain((chosen) => fc.shuffledSubarray(chosen));
    fc.assert(
      fc.property(some, some, fc.constantFrom(...ids), fc.integer({ min: -3, max: 9 }), (pins, order, id, place) => {
        const layout = layoutOf({ pinnedPanels: pins, panelOrder: order });
        const before = arranged(ids, layout, facts);
        const change = moveTo(before, id, place, layout);
        const after = arranged(ids, { ...layout, ...change }, facts);
        expect(after.toSorted()).toEqual(ids.toSorted());
        expect(after.slice(0, pins.length).toSorted()).toEqual(pins.toSorted());
        expect(after.filter((one) => one !== id)).toEqual(before.filter((one) => one !== id));
        const [first, last] = pins.includes(id) ? [0, pins.length - 1] : [pins.length, ids.length - 1];
        expect(after.indexOf(id)).toBe(Math.max(first, Math.min(last, place)));
      }),
    );
  });

  it('pins and lets go', () => {
    const pinned = { ...layoutOf(), ...togglePin('kl', layoutOf()) };
    expect(arranged(ids, pinned, facts)[0]).toBe('kl');
    expect(togglePin('kl', pinned)).toEqual({ pinnedPanels: [] });
  });
});

describe('folding', () => {
  it('folds what can raise nothing by itself, and remembers what was unfolded', () => {
    expect(ids.filter((id) => isFolded(id, layoutOf(), facts))).toEqual(['rho']);
    const open = { ...layoutOf(), ...toggleFold('rho', layoutOf(), facts) };
    expect(isFolded('rho', open, facts)).toBe(false);
    const again = { ...open, ...toggleFold('rho', open, facts) };
    expect(isFolded('rho', again, facts)).toBe(true);
    expect(isFolded('kl', { ...layoutOf(), ...toggleFold('kl', layoutOf(), facts) }, facts)).toBe(true);
  });
});

it('keeps a height only where it is not the usual one, and within bounds', () => {
  expect(withHeight('kl', 200.4, 140, layoutOf())).toEqual({ panelHeights: { kl: 200 } });
  expect(withHeight('kl', 5, 140, layoutOf())).toEqual({ panelHeights: { kl: 60 } });
  expect(withHeight('kl', 140, 140, layoutOf({ panelHeights: { kl: 200, rho: 90 } }))).toEqual({
    panelHeights: { rho: 90 },
  });
});

describe('of a real analysis', () => {
  let tiny: Analysed;
  beforeAll(async () => {
    tiny = await analysed({ fracture: 320 });
  });

  it('what fired is where its alerts are marked; a channel that is dead in every stream is out of action', () => {
    const { fired, dead } = factsOf(PANELS, tiny.report);
    expect(fired.has('cusum')).toBe(true);
    expect(fired.has('divergence')).toBe(true);
    // Without texts nothing can be said of style.
    expect(dead.has('style')).toBe(true);
    expect(dead.has('cusum')).toBe(false);
    const [first] = tiny.report.streams;
    const one = tiny.report.health.map((health) => ({ ...health }));
    expect(factsOf(PANELS, { ...tiny.report, alerts: [], health: one, streams: [first] }).fired.size).toBe(0);
  });
});
