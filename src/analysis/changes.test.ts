import { beforeAll, describe, expect, it } from 'vitest';
import { baselineFromJson, baselineToJson } from '../detection/baseline.ts';
import { CHANGE_CHANNELS, CHANGE_KINDS } from '../detection/channels/table.ts';
import { watchedText } from '../detection/healthText.ts';
import { DEFAULT_PARAMETERS, type Parameters } from '../detection/parameters.ts';
import { createStream, resumeStream, type EventStream } from '../detection/stream.ts';
import type { StreamState } from '../detection/streamTypes.ts';
import type { Alert } from '../detection/types.ts';
import { testKernels } from '../kernels/testing.ts';
import { openLedger } from '../ledger/open.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { createStages, type Analysis } from './stages.ts';
import { Stretches } from './stretches.ts';
import { CHANGED_FROM, changedRows, sourceOf, type ChangedRow } from './testing.ts';

const kernels = testKernels();

async function analyse(all: readonly ChangedRow[], change: Partial<Parameters> = {}) {
  const ledger = await openLedger(sourceOf(all), null, { platform: nodePlatform() });
  const parameters = { ...DEFAULT_PARAMETERS, reference_range: [0, 450] as const, ...change };
  const stages = createStages(kernels, ledger);
  const run = (p: Parameters): Promise<Analysis> =>
    stages.run(p, { signal: new AbortController().signal, onProgress: () => undefined });
  return { stages, parameters, run, analysis: await run(parameters) };
}

const ofChange = (alerts: readonly Alert[]): Alert[] =>
  alerts.filter(({ kind }) => CHANGE_KINDS.some((own) => own === kind));

describe('lasting change', () => {
  const all = changedRows(1200);
  let made: Awaited<ReturnType<typeof analyse>>;
  beforeAll(async () => {
    made = await analyse(all);
  });

  it('is found in the stream that changed, by every channel, and in no other', () => {
    const alerts = ofChange(made.analysis.decisions.alerts);
    const { streams } = made.analysis.events;
    expect(alerts.map(({ kind, stream }) => [kind, streams[stream]]).sort()).toEqual(
      CHANGE_KINDS.map((kind) => [kind, 'b']).sort(),
    );
    for (const { onset, fired, peak, lag, firedSeq, onsetSeq } of alerts) {
      expect(fired).toBeGreaterThanOrEqual(CHANGED_FROM);
      expect(fired).toBeLessThan(CHANGED_FROM + 3 * 40);
      expect(Math.abs(onset - CHANGED_FROM)).toBeLessThan(3 * 20);
      expect(lag).toBe(firedSeq - onsetSeq);
      expect(peak).toBeGreaterThan(Math.log(10_000));
    }
  });

  it('says nothing within the reference, of tools, and of messages without a text', () => {
    const { signals } = made.analysis;
    for (const name of CHANGE_CHANNELS) {
      expect(signals[name].subarray(0, 450).every(Number.isNaN)).toBe(true);
      expect(signals[name].subarray(450).some((value) => !Number.isNaN(value))).toBe(true);
    }
    for (let i = 450; i < all.length; i++)
      expect([i, Number.isNaN(signals.style[i])]).toEqual([i, all[i].text === null || all[i].role === 'tool']);
  });

  it('is the same however large the stretches are that it is read in, and after other parameters', async () => {
    const { run, parameters } = made;
    const other = await run({ ...parameters, false_alarm_budget: 1_000_000, conversation_cut: 0 });
    expect(other.decisions.calibration.style?.limit).toBeCloseTo(Math.log(1_000_000), 1);
    const again = await run(parameters);
    const { signals } = (await analyse(all)).analysis;
    for (const name of CHANGE_CHANNELS) expect(again.signals[name]).toEqual(signals[name]);
  });

  it('is the same event by event, saved and resumed', async () => {
    const { analysis, parameters, stages } = await analyse(all);
    const { events, signals, decisions, coordinates, fitted } = analysis;
    const baseline = stages.detector.baseline(fitted, parameters);
    let stream: EventStream = createStream(kernels, baseline, parameters);
    const { batches } = (await openLedger(sourceOf(all), null, { platform: nodePlatform() })).embeddings!;
    const embedded = new Map<number, Float32Array>();
    for await (const batch of batches({}))
      batch.rows.forEach((row, i) => embedded.set(row, batch.vectors.slice(i * 64, (i + 1) * 64)));
    const alerts = new Map<string, Alert>();
    for (let i = 0; i < events.n; i++) {
      if (i % 200 === 199)
        stream = resumeStream(kernels, baseline, parameters, JSON.parse(JSON.stringify(stream.save())) as StreamState);
      const row = all[i];
      const vector = embedded.get(i);
      const step = stream.push({
        stream: row.provider_id,
        time: Number.NaN,
        thread: row.thread_id,
        instantiation: null,
        latency: row.latency_ms,
        coordinates: vector ? stream.project(vector) : null,
        text: row.text,
        role: row.role,
        values: { output_tokens: row.output_tokens, outcome: row.outcome },
      });
      for (const name of ['kl', ...CHANGE_CHANNELS] as const)
        expect([i, name, step.signals[name]]).toEqual([i, name, signals[name][i]]);
      for (const alert of [...step.opened, ...step.closed])
        alerts.set(`${alert.kind} ${alert.stream} ${alert.fired}`, alert);
    }
    const sorted = (all: readonly Alert[]) =>
      ofChange(all)
        .map((alert) => ({ ...alert, peak: 0 }))
        .sort((a, b) => (a.kind < b.kind ? -1 : 1));
    expect(sorted([...alerts.values()])).toEqual(sorted(decisions.alerts));
    expect(coordinates.k).toBe(8);
  });

  it('goes on with the reference of a baseline file', async () => {
    const { stages, parameters, analysis } = made;
    const text = baselineToJson(stages.detector.baseline(analysis.fitted, parameters));
    const baseline = baselineFromJson(text, 'a.json');
    const ledger = await openLedger(sourceOf(all), null, { platform: nodePlatform() });
    const again = await createStages(kernels, ledger, { baseline, own: { from: 0, to: 450 } }).run(parameters, {
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    for (const name of CHANGE_CHANNELS) expect(again.signals[name]).toEqual(analysis.signals[name]);
  });
});

describe('the first picture of a large ledger', () => {
  it('stands before lasting change is judged, says so, and the whole is what it would have been', async () => {
    const all = changedRows(20_000);
    const { analysis: whole, parameters } = await analyse(all);
    const ledger = await openLedger(sourceOf(all), null, { platform: nodePlatform() });
    const stages = createStages(kernels, ledger);
    const seen: { kinds: string[]; words: string[]; style: boolean }[] = [];
    const last = await stages.run(parameters, {
      signal: new AbortController().signal,
      onProgress: () => undefined,
      onFirst: (first) => {
        const { health, decisions, events, reference, signals } = first;
        seen.push({
          kinds: ofChange(decisions.alerts).map(({ kind }) => kind),
          words: watchedText({ health, events: events.n, reference, calibration: decisions.calibration }),
          style: signals.style.every(Number.isNaN),
        });
      },
    });
    expect(seen).toHaveLength(1);
    expect(seen[0].kinds).toEqual([]);
    expect(seen[0].style).toBe(true);
    expect(seen[0].words).toContainEqual(expect.stringMatching(/^Still being computed.*Style change/));
    expect(last.decisions.alerts).toEqual(whole.decisions.alerts);
    expect(last.signals).toEqual(whole.signals);
    expect(last.health).toEqual(whole.health);
    expect(last.baselineAlerts).toEqual(whole.baselineAlerts);
  });

  it('is left out where the alerts that it is compared with are whole', async () => {
    const source = sourceOf(changedRows(20_000));
    const parameters = {
      ...DEFAULT_PARAMETERS,
      reference_range: [0, 450] as const,
      lambda_fast: 0.4,
      tau_min: 2.4,
      false_alarm_budget: 20_000,
    };
    const baseline = { ...DEFAULT_PARAMETERS, reference_range: [0, 450] as const, tau_min: 2.4 };
    let firsts = 0;
    const compared = async (onFirst?: () => void) => {
      const ledger = await openLedger(source, null, { platform: nodePlatform() });
      const { baselineAlerts } = await createStages(kernels, ledger).run(parameters, {
        signal: new AbortController().signal,
        onProgress: () => undefined,
        baseline,
        onFirst,
      });
      return baselineAlerts;
    };
    const expected = await compared();
    expect(ofChange(expected).length).toBeGreaterThan(0);
    expect(await compared(() => (firsts += 1))).toEqual(expected);
    expect(firsts).toBe(0);
  });
});

describe('stretches', () => {
  const options = { signal: new AbortController().signal, onProgress: () => undefined };
  /** Counts what is read; the feature of an event is its number. */
  function counting(axes: number) {
    const read: [from: number, to: number][] = [];
    const fill: ConstructorParameters<typeof Stretches>[0]['fill'] = async ({ from, counted, features }) => {
      read.push([from, from + counted.length]);
      for (let i = 0; i < counted.length; i++) features[i * axes] = from + i;
      counted.fill(1);
    };
    return { read, reader: { axes, fill } };
  }
  async function eventsOf(stretches: Stretches, from: number, to: number): Promise<number[]> {
    const seen: number[] = [];
    for await (const stretch of stretches.of({ from, to }, options))
      for (let i = 0; i < stretch.counted.length; i++) {
        const event = stretch.from + i;
        if (event >= from && event < to) seen.push(stretch.features[i * stretches.axes]);
      }
    return seen;
  }
  const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

  it('of a large ledger read a reference once however often it is gone through, and nothing besides', async () => {
    const { read, reader } = counting(1000);
    const n = 13_000;
    const stretches = new Stretches(reader, n);
    for (let pass = 0; pass < 4; pass++) expect(await eventsOf(stretches, 0, 2000)).toEqual(numbers(0, 2000));
    expect(await eventsOf(stretches, 500, 1500)).toEqual(numbers(500, 1500));
    expect(read).toEqual([[0, 2000]]);
    read.length = 0;
    expect(await eventsOf(stretches, 2000, n)).toEqual(numbers(2000, n));
    expect(read.reduce((sum, [from, to]) => sum + to - from, 0)).toBe(n - 2000);
    expect(read.length).toBeGreaterThan(2);
  });

  it('of a small ledger are read once', async () => {
    const { read, reader } = counting(3);
    const stretches = new Stretches(reader, 900);
    expect(await eventsOf(stretches, 100, 300)).toEqual(numbers(100, 300));
    expect(await eventsOf(stretches, 300, 900)).toEqual(numbers(300, 900));
    expect(read).toEqual([[0, 900]]);
  });
});
