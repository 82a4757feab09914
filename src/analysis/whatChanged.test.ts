import { beforeAll, describe, expect, it } from 'vitest';
import { baselineFromJson, baselineToJson } from '../detection/baseline.ts';
import { CHANGE_CHANNELS, CHANGE_KINDS, type ChangeChannel } from '../detection/channels/table.ts';
import { changeSummary } from '../detection/drilldown/changed/words.ts';
import type { WhatChanged } from '../detection/drilldown/changed/types.ts';
import { DEFAULT_PARAMETERS } from '../detection/parameters.ts';
import { testKernels } from '../kernels/testing.ts';
import { openLedger } from '../ledger/open.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import type { OpenedLedger } from '../ledger/types.ts';
import { createStages, type Analysis, type LoadedBaseline } from './stages.ts';
import { CHANGED_FROM, changedRows, sourceOf } from './testing.ts';
import { findWhatChanged } from './whatChanged.ts';

const kernels = testKernels();
const all = changedRows(1200);
const parameters = { ...DEFAULT_PARAMETERS, reference_range: [0, 450] as const };
const reading = { signal: new AbortController().signal, onProgress: () => undefined };
const analyse = async (ledger: OpenedLedger, given: LoadedBaseline | null = null) => {
  const stages = createStages(kernels, ledger, given);
  return { stages, analysis: await stages.run(parameters, reading) };
};
const alertOf = ({ decisions }: Analysis, channel: ChangeChannel) =>
  decisions.alerts.find(({ kind }) => kind === CHANGE_KINDS[CHANGE_CHANNELS.indexOf(channel)])!;

describe('what changed, by an alert of lasting change', () => {
  let ledger: OpenedLedger;
  let made: Awaited<ReturnType<typeof analyse>>;
  const found = {} as Record<ChangeChannel, WhatChanged>;
  beforeAll(async () => {
    ledger = await openLedger(sourceOf(all), null, { platform: nodePlatform() });
    made = await analyse(ledger);
    for (const channel of CHANGE_CHANNELS)
      found[channel] = await findWhatChanged(kernels, ledger, made.analysis, alertOf(made.analysis, channel), reading);
  });

  it('is the style that was planted, with messages of either side', () => {
    const { axes, stream } = found.style;
    expect(stream).toBe('b');
    const labels = axes.map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(['bold', 'exclamation marks', 'full stops']));
    for (const { label, size, figure, before, since } of axes) {
      if (['bold', 'exclamation marks'].includes(label)) {
        expect(size).toBeGreaterThan(1);
        expect(figure!.before).toBe(0);
        for (const { index } of since) expect(all[index].text).toMatch(/^\*\*.*\*\*!$/);
      }
      expect(Math.min(before.length, since.length)).toBeGreaterThan(0);
      for (const { index, row } of [...before, ...since]) {
        expect(all[index].provider_id).toBe('b');
        expect(row).toBe(index);
        expect(all[index].role).toBe('assistant');
      }
      for (const { index } of before) expect(index).toBeLessThan(450);
      for (const { index } of since) expect(index).toBeGreaterThanOrEqual(found.style.onset);
    }
    expect(changeSummary(found.style)).toMatch(/bold \+\d\.\d sd/);
  });

  it('is what the stream speaks of, by the ends of the axes', () => {
    expect(found.meaning.axes.length).toBeGreaterThan(0);
    for (const { label, figure, poles } of found.meaning.axes) {
      expect(label).toMatch(/^axis \d+$/);
      expect(figure).toBeNull();
      expect(poles).not.toBeNull();
    }
    const words = found.meaning.axes.flatMap(({ poles }) => [...poles!.towards, ...poles!.awayFrom]);
    expect(words).toEqual(expect.arrayContaining(['order', 'ship']));
    expect(words).not.toContain('the');
  });

  it('is how it behaves, in ratios', () => {
    const { axes } = found.behaviour;
    expect(
      axes
        .map(({ label }) => label)
        .sort()
        .slice(0, 2),
    ).toEqual(['latency', 'output tokens']);
    // Some of the window is from before the change: the onset is an estimate.
    for (const { figure } of axes.slice(0, 2)) {
      expect(figure!.unit).toBe('times');
      expect(figure!.since / figure!.before).toBeGreaterThan(1.8);
      expect(figure!.since / figure!.before).toBeLessThan(4.5);
    }
    expect(changeSummary(found.behaviour, 1)).toMatch(/^(latency|output tokens) × \d\.\d$/);
  });

  it('counts the conversations of the stream, before the onset and since', () => {
    for (const channel of CHANGE_CHANNELS) {
      const { onset, fired, conversations, messages } = found[channel];
      expect(Math.abs(onset - CHANGED_FROM)).toBeLessThan(60);
      const counts = ({ text, role }: (typeof all)[number]): boolean =>
        channel === 'behaviour' || (text !== null && (channel === 'meaning' || role !== 'tool'));
      const own = all.map((row, i) => ({ ...row, i })).filter((row) => row.provider_id === 'b' && counts(row));
      /** One more for each 16 messages of a thread. */
      const seen = new Map<string, number>();
      const numbered = own.map((row) => {
        const turn = seen.get(row.thread_id) ?? 0;
        seen.set(row.thread_id, turn + 1);
        return { i: row.i, name: `${row.thread_id} ${turn >> 4}` };
      });
      const of = (from: number, to: number): Set<string> =>
        new Set(numbered.filter(({ i }) => i >= from && i < to).map(({ name }) => name));
      expect(conversations).toEqual({ before: of(0, onset).size, since: of(onset, fired + 1).size });
      expect(messages.since).toBe(own.filter(({ i }) => i >= onset && i <= fired).length);
    }
  });

  it('is told by the messages before the change where the reference is a file’s', async () => {
    const text = baselineToJson(made.stages.detector.baseline(made.analysis.fitted, parameters));
    const later = changedRows(1200).slice(450);
    const opened = await openLedger(sourceOf(later), null, { platform: nodePlatform() });
    const { analysis } = await analyse(opened, { baseline: baselineFromJson(text, 'a.json'), own: null });
    const again = await findWhatChanged(kernels, opened, analysis, alertOf(analysis, 'style'), reading);
    expect(again.axes.map(({ label }) => label)).toContain('bold');
    expect(again.notes.join()).toMatch(/reference is a file’s/);
    for (const { before } of again.axes) for (const { index } of before) expect(index).toBeLessThan(again.onset);
    expect(again.conversations.before).toBeGreaterThan(found.style.conversations.before - 5);
  });

  it('goes without a column that the reference of a file knows and the ledger lacks', async () => {
    const text = baselineToJson(made.stages.detector.baseline(made.analysis.fitted, parameters));
    const bare = all.map((row) => ({ ...row, output_tokens: undefined as never }));
    const opened = await openLedger(sourceOf(bare), null, { platform: nodePlatform() });
    const { analysis } = await analyse(opened, { baseline: baselineFromJson(text, 'a.json'), own: null });
    expect(analysis.changes.behaviour.remarks).toEqual(['the ledger has no column "output_tokens"']);
    const again = await findWhatChanged(kernels, opened, analysis, alertOf(analysis, 'behaviour'), reading);
    expect(again.axes.map(({ label }) => label)).toContain('latency');
    expect(again.axes.map(({ label }) => label)).not.toContain('output tokens');
  });

  it('is refused of another alert', async () => {
    const { decisions } = made.analysis;
    const other = { ...decisions.alerts[0], kind: 'DRIFT' as const };
    await expect(findWhatChanged(kernels, ledger, made.analysis, other, reading)).rejects.toMatchObject({
      error: { kind: 'ledger' },
    });
  });
});
