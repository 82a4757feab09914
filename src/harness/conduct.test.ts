import { describe, expect, it } from 'vitest';
import { mentionFinder } from '../detection/drilldown/mentions.ts';
import { testKernels } from '../kernels/testing.ts';
import type { LedgerTable } from '../ledger/write.ts';
import { DECISIONS, OUTCOMES } from './conduct.ts';
import { AGENT_NAMES } from './ledger.ts';
import { CHOICES, PROFILES, PROVIDERS } from './profiles.ts';
import { sampleTable } from './samples.ts';
import { generateLedger } from './table.ts';

const kernels = testKernels();
const seed = CHOICES.seed.value;
const healthy = generateLedger(kernels, PROFILES.benign, seed);
const fractured = generateLedger(kernels, PROFILES.fracture, seed);
const slow = generateLedger(kernels, PROFILES.backoff, seed);
const agreeing = generateLedger(kernels, PROFILES.homogenisation, seed);

const all = (table: LedgerTable): number[] => [...Array(table.n).keys()].filter((i) => !table.isVoid![i]);
const labelled = (table: LedgerTable, label: string): number[] =>
  all(table).filter((i) => table.label!.values[table.label!.codes[i]] === label);
const agentOf = (table: LedgerTable, i: number): string => table.agent!.values[table.agent!.codes[i]];

/** Share of rows with a value, and how far chance moves it: four standard errors. */
function expectShare(rows: readonly number[], holds: (i: number) => boolean, share: number): void {
  expect(rows.length).toBeGreaterThan(200);
  const found = rows.filter(holds).length / rows.length;
  expect(Math.abs(found - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / rows.length) + 1e-12);
}

describe('outcomes', () => {
  const outcome = (table: LedgerTable, name: (typeof OUTCOMES)[number]) => (i: number) =>
    table.outcome!.codes[i] === OUTCOMES.indexOf(name);

  it('are stated by every message, and get worse with a fault', () => {
    expect(all(healthy).every((i) => healthy.outcome!.codes[i] >= 0)).toBe(true);
    expectShare(all(healthy), outcome(healthy, 'ok'), 0.92);
    expectShare(all(healthy), outcome(healthy, 'rework'), 0.05);
    expectShare(all(healthy), outcome(healthy, 'error'), 0.02);
    expectShare(all(healthy), outcome(healthy, 'escalated'), 0.01);
    expectShare(labelled(slow, 'backoff'), outcome(slow, 'error'), 0.12);
    expectShare(labelled(fractured, 'fracture'), outcome(fractured, 'rework'), 0.3);
    expectShare(labelled(fractured, 'fracture'), outcome(fractured, 'escalated'), 0.1);
  });
});

describe('votes', () => {
  /** Votes of a thread that are not its most frequent one, by rows. */
  function against(table: LedgerTable, rows: readonly number[]): number[] {
    const counts = new Map<number, number[]>();
    for (const i of all(table)) {
      const [thread, decision] = [table.thread!.codes[i], table.decision!.codes[i]];
      if (decision < 0) continue;
      if (!counts.has(thread)) counts.set(thread, [0, 0, 0]);
      counts.get(thread)![decision]++;
    }
    return rows.filter((i) => {
      const votes = counts.get(table.thread!.codes[i])!;
      return table.decision!.codes[i] !== votes.indexOf(Math.max(...votes));
    });
  }
  const votes = (table: LedgerTable, rows: readonly number[]) => rows.filter((i) => table.decision!.codes[i] >= 0);

  it('end a thread, one of each agent', () => {
    const ofFirst = votes(healthy, all(healthy)).filter((i) => healthy.thread!.codes[i] === 0);
    expect(ofFirst.map((i) => agentOf(healthy, i)).sort()).toEqual([...AGENT_NAMES].sort());
    expect(Math.min(...ofFirst)).toBe(40 * PROVIDERS);
    expect(votes(healthy, all(healthy)).length).toBe(healthy.n / 5);
    for (const decision of DECISIONS.keys())
      expect(healthy.decision!.codes.filter((code) => code === decision).length).toBeGreaterThan(1000);
  });

  it('differ more where a provider has gone astray, and not at all where all agree', () => {
    const of = (table: LedgerTable, rows: readonly number[]) => {
      const own = votes(table, rows);
      const differing = new Set(against(table, own));
      return [own, (i: number) => differing.has(i)] as const;
    };
    expectShare(...of(healthy, all(healthy)), 0.15);
    expectShare(...of(fractured, labelled(fractured, 'fracture')), 0.7);
    const end = labelled(agreeing, 'homogenisation').filter((i) => i >= 40_000);
    expect(of(agreeing, end)[0].filter(of(agreeing, end)[1])).toEqual([]);
  });
});

describe('tokens and cost', () => {
  it('grow with the thread, are cached in blocks at most as far as read, and are charged by provider', () => {
    const prices = [
      [2.5, 1.25, 10],
      [3, 0.3, 15],
      [1.25, 0.3, 5],
      [0.25, 0.025, 2],
    ];
    const { inputTokens, cachedTokens, outputTokens, costUsd, provider, text } = healthy;
    const isOdd = (i: number): boolean => {
      const [input, cached, output] = [inputTokens![i], cachedTokens![i], outputTokens![i]];
      const turn = Math.floor(i / PROVIDERS) % 50;
      const [fresh, known, out] = prices[provider!.codes[i]];
      const cost = ((input - cached) * fresh + cached * known + output * out) / 1e6;
      const words = text![i]!.length / 4;
      return (
        !(Number.isInteger(input) && Math.abs(input - 450 - 152 * turn) <= 30) ||
        !(cached % 128 === 0 && cached >= 0 && cached <= input && (turn >= 10 || cached === 0)) ||
        !(output >= words && output <= words + 12) ||
        !(Math.abs(costUsd![i] - cost) < 0.6e-6)
      );
    };
    expect(all(healthy).filter(isOdd)).toEqual([]);
    const warm = (table: LedgerTable) => (i: number) => Math.floor(i / PROVIDERS) % 50 >= 10 && !table.isVoid![i];
    const isMissed = (table: LedgerTable) => (i: number) => table.cachedTokens![i] === 0;
    expectShare(all(healthy).filter(warm(healthy)), isMissed(healthy), 0.12);
    expectShare(labelled(slow, 'backoff').filter(warm(slow)), isMissed(slow), 0.6);
  });
});

describe('autonomy', () => {
  it('is a level of the provider, held back in some threads, and the lowest once it has gone astray', () => {
    for (const [p, level] of [2, 3, 2, 3].entries()) {
      const own = all(healthy).filter((i) => healthy.provider!.codes[i] === p);
      expect(new Set(own.map((i) => healthy.autonomyLevel![i]))).toEqual(new Set([level, level - 1]));
      expectShare(
        own.filter((i) => Math.floor(i / PROVIDERS) % 50 < 10),
        (i) => healthy.autonomyLevel![i] < level,
        0.15,
      );
    }
    for (const i of labelled(fractured, 'fracture')) expect(fractured.autonomyLevel![i]).toBe(1);
  });
});

describe('hand-offs', () => {
  const find = mentionFinder(AGENT_NAMES);
  const stated = (table: LedgerTable, i: number): string | null =>
    table.handoffTo!.values[table.handoffTo!.codes[i]] ?? null;
  const mentions = (table: LedgerTable, place: string) => (i: number) =>
    find(table.text![i]!).some((one) => one.place === place);

  it('are named at the end of the message, stated in the log in four of five', () => {
    const made = all(healthy).filter(mentions(healthy, 'end'));
    expectShare(all(healthy), mentions(healthy, 'end'), 0.12);
    expectShare(made, (i) => stated(healthy, i) !== null, 0.8);
    const isUnnamed = (i: number) => !find(healthy.text![i]!).some((one) => one.agent === stated(healthy, i));
    expect(all(healthy).filter((i) => stated(healthy, i) !== null && isUnnamed(i))).toEqual([]);
    const ofOwn = made.filter((i) => find(healthy.text![i]!).some(({ agent }) => agent === agentOf(healthy, i)));
    expect(ofOwn).toEqual([]);
    expectShare(labelled(fractured, 'fracture'), mentions(fractured, 'end'), 0.02);
  });

  it('are never meant by a name in running text or code', () => {
    // The first slot of a thread has nothing to refer to; a hand-off comes first.
    const share = 0.88 * 0.03 * 0.98;
    expectShare(all(healthy), mentions(healthy, 'running text'), 0.6 * share);
    expectShare(all(healthy), mentions(healthy, 'code'), 0.4 * share);
    const ghosts = all(healthy).filter((i) => mentions(healthy, 'code')(i) || mentions(healthy, 'running text')(i));
    for (const i of ghosts) {
      expect(stated(healthy, i)).toBeNull();
      expect(find(healthy.text![i]!)).toHaveLength(1);
      // Nobody was woken: the agent spoke the slot before and next speaks nine slots later.
      const [{ agent }] = find(healthy.text![i]!);
      const slot = Math.floor(i / PROVIDERS);
      const speaks = (at: number) =>
        [0, 1, 2, 3].some((j) => at * PROVIDERS + j < healthy.n && agentOf(healthy, at * PROVIDERS + j) === agent);
      expect(speaks(slot - 1)).toBe(true);
      for (let later = slot + 1; later < slot + 9; later++) expect(speaks(later)).toBe(false);
    }
  });
});

describe('a ledger of messages only', () => {
  it('has neither pauses nor statements: the columns that the bench times', () => {
    const table = sampleTable(kernels, 'quick-tour', { messagesOnly: true });
    expect(Object.keys(table).sort()).toEqual(
      [
        ...['agent', 'dimension', 'embeddings', 'eventId', 'isVoid', 'label', 'latency'],
        ...['n', 'provider', 'role', 'text', 'thread', 'time'],
      ].sort(),
    );
    expect(table.isVoid).not.toContain(1);
    expect(table.text!.filter((text) => text === null || text.includes('@'))).toEqual([]);
  });
});
