import type { Locator, Page } from '@playwright/test';
import { METRICS } from '../src/app/evidence/agents/metrics.ts';
import type { AgentMetric } from '../src/detection/drilldown/agents.ts';
import { sampleTable } from '../src/harness/samples.ts';
import { loadKernels } from '../src/kernels/load.node.ts';
import { idle, openSample } from './ledgers.ts';
import { expect, test } from './test.ts';

/** One event of the quick tour, as the generator made it: what the page shows is counted here a second time. */
interface Done {
  readonly agent: string;
  readonly thread: string;
  readonly isVoid: boolean;
  readonly text: string;
  readonly handoffTo: string | null;
  readonly outcome: string | null;
  readonly decision: string | null;
  readonly level: number;
  readonly input: number;
  readonly cached: number;
  readonly cost: number;
}

async function quickTour(): Promise<Done[]> {
  const table = sampleTable(await loadKernels(), 'quick-tour');
  const name = (column: { codes: Int32Array; values: readonly string[] } | undefined, i: number): string | null =>
    column!.values[column!.codes[i]] ?? null;
  return Array.from({ length: table.n }, (_, i) => ({
    agent: name(table.agent, i)!,
    thread: name(table.thread, i)!,
    isVoid: table.isVoid![i] === 1,
    text: table.text![i] ?? '',
    handoffTo: name(table.handoffTo, i),
    outcome: name(table.outcome, i),
    decision: name(table.decision, i),
    level: table.autonomyLevel![i],
    input: table.inputTokens![i],
    cached: table.cachedTokens![i],
    cost: table.costUsd![i],
  }));
}

const MENTION = /@(agent-\d\d)/;
/** A mention that ends the message hands over; any other wakes nobody. */
const atEnd = (text: string): string | null => /@(agent-\d\d)[.?!]?$/.exec(text)?.[1] ?? null;
const ghostOf = (text: string): string | null => (atEnd(text) ? null : (MENTION.exec(text)?.[1] ?? null));

const evidence = (page: Page) => page.getByRole('region', { name: 'Evidence', exact: true });
async function openTab(page: Page, name: string): Promise<Locator> {
  await page.getByRole('button', { name: 'By incident' }).click();
  const row = page.getByRole('treegrid').getByRole('row').filter({ hasText: 'Drift' }).first();
  await row.getByRole('button', { name: 'Evidence' }).click();
  await evidence(page).getByRole('tab', { name }).click();
  await idle(page);
  return evidence(page).getByRole('tabpanel');
}
const count = async (section: Locator) =>
  Number(/\d[\d,]*/.exec(await section.locator('h3').innerText())![0].replace(',', ''));

test('ghost mentions, hand-offs and dead ends are those of the messages, in the thread and the ledger', async ({
  page,
}) => {
  const all = await quickTour();
  await openSample(page, 'Quick tour');
  const fired = await page.evaluate(
    () => window.__tautline!.state().analysis.report!.alerts.find(({ kind }) => kind === 'DRIFT')!.fired,
  );
  const own = all.filter(({ thread }) => thread === all[fired].thread);
  const panel = await openTab(page, 'Conversation');
  const ghosts = panel.getByRole('region', { name: 'Mentions without a hand-off' });
  const expected = own.filter(({ text }) => ghostOf(text));
  expect(expected.length).toBeGreaterThan(2);
  expect(expected.length).toBeLessThanOrEqual(12);
  await expect(ghosts.getByRole('listitem')).toHaveCount(expected.length);
  expect(await count(ghosts)).toBe(expected.length);
  for (const [i, { agent, text }] of expected.entries()) {
    const item = ghosts.getByRole('listitem').nth(i);
    await expect(item).toContainText(`${agent} names ${ghostOf(text)}`);
    await expect(item).toContainText(text.includes('`') ? 'in code' : 'in running text');
  }
  // A ghost opens its message.
  const link = ghosts.locator('.event-link').first();
  await link.click();
  await idle(page);
  await expect(page.getByRole('complementary', { name: 'Event inspector' })).toContainText(
    `@${ghostOf(expected[0].text)}`,
  );

  const handedOver = (rows: readonly Done[]) => rows.filter(({ text, handoffTo }) => handoffTo ?? atEnd(text));
  const unanswered = (rows: readonly Done[]) =>
    handedOver(rows).filter((one) => {
      const to = one.handoffTo ?? atEnd(one.text);
      const later = rows.slice(rows.indexOf(one) + 1);
      return !later.some(({ agent, thread, isVoid }) => agent === to && thread === one.thread && !isVoid);
    });
  expect(await count(panel.getByRole('region', { name: 'Dead ends' }))).toBe(unanswered(own).length);
  // The transcript marks each where it was made; it shows some turns at a time.
  const tags = panel.getByRole('log').locator('.handoff-tag');
  await expect(tags.first()).toBeVisible();
  const targets = handedOver(own).map(({ handoffTo, text }) => handoffTo ?? atEnd(text));
  for (const tag of await tags.allTextContents()) expect(targets).toContain(MENTION.exec(tag.replace('→ ', '@'))?.[1]);
  await page.screenshot({ path: 'test-results/shots/evidence-ghosts.png' });

  await panel.getByRole('button', { name: 'whole ledger' }).click();
  await idle(page);
  const total = all.filter(({ text }) => ghostOf(text)).length;
  await expect.poll(() => count(ghosts)).toBe(total);
  await expect(ghosts).toContainText(`and ${total - 12} more`);
  const dead = unanswered(all).length;
  expect(dead).toBeGreaterThan(10);
  expect(await count(panel.getByRole('region', { name: 'Dead ends' }))).toBe(dead);
});

/** What the panel says of an agent: a rate, and what it is a share of. */
type Rate = readonly [part: number, whole: number];
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function ratesOf(all: readonly Done[], name: string): Record<AgentMetric, Rate> {
  const said = all.filter(({ agent, isVoid }) => agent === name && !isVoid);
  const outcome = (wanted: string): Rate => [said.filter((one) => one.outcome === wanted).length, said.length];
  const votes = said.filter(({ decision }) => decision !== null);
  const differs = votes.filter((vote) => {
    const counts = new Map<string, number>();
    for (const { agent, thread, decision } of all)
      if (thread === vote.thread && agent !== name && decision !== null)
        counts.set(decision, (counts.get(decision) ?? 0) + 1);
    return (counts.get(vote.decision!) ?? 0) < Math.max(...counts.values());
  });
  return {
    disagreement: [differs.length, votes.length],
    cacheHit: [sum(said.map(({ cached }) => cached)), sum(said.map(({ input }) => input))],
    costPerTask: [sum(said.map(({ cost }) => cost)), new Set(said.map(({ thread }) => thread)).size],
    rework: outcome('rework'),
    error: outcome('error'),
    escalation: outcome('escalated'),
    decisionQuality: [votes.filter((vote) => vote.outcome === 'ok').length, votes.length],
    contextUse: [sum(said.map(({ input }) => input)), said.length],
    autonomyLevel: [sum(said.map(({ level }) => level)), said.length],
    promotions: [said.filter(({ level }, i) => i > 0 && level > said[i - 1].level).length, said.length],
    demotions: [said.filter(({ level }, i) => i > 0 && level < said[i - 1].level).length, said.length],
  };
}

test('the agents panel has the rates of every agent, counted a second time here', async ({ page }) => {
  const all = await quickTour();
  await openSample(page, 'Quick tour');
  const panel = await openTab(page, 'Agents');
  const names = [...new Set(all.map(({ agent }) => agent))].sort().slice(0, 20);
  const table = panel.getByRole('table').first();
  const rates = panel.getByRole('group', { name: 'Rate' });
  for (const [metric, { title, format }] of Object.entries(METRICS) as [AgentMetric, (typeof METRICS)[AgentMetric]][]) {
    await rates.getByRole('button', { name: title, exact: true }).click();
    await expect(table.getByRole('columnheader', { name: title, exact: true })).toBeVisible();
    await expect(table.locator('tbody tr')).toHaveCount(names.length);
    const shown = await table
      .locator('tbody tr')
      .evaluateAll((rows) =>
        rows.map((row) => [
          row.querySelector('th')!.textContent,
          ...[...row.querySelectorAll('td.number')].map((cell) => cell.textContent),
        ]),
      );
    const expected = names.map((name) => {
      const [part, whole] = ratesOf(all, name)[metric];
      const events = all.filter(({ agent }) => agent === name).length;
      return [
        name,
        ...[events, format(part / whole), whole].map((v) => (typeof v === 'number' ? v.toLocaleString('en') : v)),
      ];
    });
    expect(shown, title).toEqual(expected);
    // Something was counted: a panel of zeros would pass on an empty ledger too.
    expect(sum(names.map((name) => ratesOf(all, name)[metric][0])), title).toBeGreaterThan(0);
  }
  // Cost by model adds up to what the ledger states.
  const costs = panel.getByRole('table', { name: 'Cost by model' });
  await expect(costs).toContainText('costs stand by agent');
  const dearest = names.map((name) => ratesOf(all, name).costPerTask[0]).sort((a, b) => b - a)[0];
  await expect(costs.locator('tbody tr').first()).toContainText(METRICS.costPerTask.format(dearest));
  await page.screenshot({ path: 'test-results/shots/evidence-agents.png' });
  // Nothing is missing, so no column is named as absent.
  await expect(panel.getByText(/the ledger has no column/)).toHaveCount(0);
});
