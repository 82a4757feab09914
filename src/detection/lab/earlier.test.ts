import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { without } from '../../core/fields.ts';
import { testKernels } from '../../kernels/testing.ts';
import { baselineFromJson, baselineToJson } from '../baseline.ts';
import type { AlertJson } from '../files/results.ts';
import { createStream, resumeStream, type EventStream, type StreamStep } from '../stream.ts';
import type { StreamState } from '../streamTypes.ts';
import { DEFAULT_PARAMETERS } from '../parameters.ts';
import { parameters, randomLedger } from '../testing.ts';
import { SIGNAL_NAMES } from '../types.ts';
import { bundleFromJson, bundleFromObject, bundleToJson, bundleToObject } from './bundle.ts';
import { bundleFromProtobuf, bundleToProtobuf } from './bundleProtobuf.ts';
import { fitBundle } from './replay.ts';

/** Files as the version before wrote them. */
const fixture = (name: string) => readFileSync(new URL(name, new URL('./fixtures/', import.meta.url)));
const ofDetection = (name: string) => fixture(`../../fixtures/${name}`).toString('utf8');

describe('a bundle of version 1', () => {
  const text = fixture('bundle-1.json').toString('utf8');
  interface Written {
    version: number;
    parameters: Record<string, unknown>;
    ledger: Record<string, unknown>;
    alerts: AlertJson[];
    operatingCharacteristics: { delays: { kind: string }[] };
    rollout: { kept: number; comparedWith: Record<string, unknown> };
    [field: string]: unknown;
  }
  const written = (): Written => JSON.parse(text) as Written;
  const bundle = bundleFromJson(text, 'bundle-1.json');
  const shifts = (written().alerts as readonly { kind: string }[]).filter(({ kind }) => kind === 'SHIFT');

  it('says the same in both forms, and is written and read again as it is', () => {
    expect(bundleFromProtobuf(fixture('bundle-1.pb'), 'bundle-1.pb')).toEqual(bundle);
    expect(bundleFromJson(bundleToJson(bundle), 'b.json')).toEqual(bundle);
    expect(bundleFromProtobuf(bundleToProtobuf(bundle), 'b.pb')).toEqual(bundle);
  });

  it('keeps alerts and delays of SHIFT apart, and the rest as it was', () => {
    expect(shifts.length).toBeGreaterThan(0);
    expect(bundle.retired.alerts).toEqual(shifts);
    expect(bundle.retired.delays.map(({ kind, detected }) => [kind, detected])).toEqual([['SHIFT', 18]]);
    expect(bundle.alerts).toEqual((written().alerts as { kind: string }[]).filter(({ kind }) => kind !== 'SHIFT'));
    expect(bundle.operatingCharacteristics).toMatchObject({ delays: [], arl0Interval: [800, Number.NaN] });
    expect(bundle.rollout).toMatchObject(without(written().rollout, 'comparedWith'));
    const added = { meaning_k: 32, behaviour: 'auto', conversation_cut: 16 };
    for (const [now, before] of [
      [bundle.parameters, written().parameters],
      [bundle.rollout.comparedWith, written().rollout.comparedWith],
    ])
      expect(now).toEqual({ ...without(before as Record<string, unknown>, 'mewma_lambda'), ...added });
  });

  it('has no embedder but its name, and no reference for what it did not know', () => {
    const { baseline, embedder, ledger } = bundle;
    expect(embedder).toEqual({ name: 'file', probe: null, frequencies: null, settings: null });
    expect([baseline.style, baseline.meaning, baseline.behaviour]).toEqual([null, null, null]);
    expect([baseline.calibration.style, Object.hasOwn(baseline.calibration, 'shiftLimit')]).toEqual([null, false]);
    const { fingerprint } = ledger;
    expect(fitBundle(bundle, { name: 'night.parquet', fingerprint, embedder }).warnings).toEqual([
      `${shifts.length} SHIFT alerts and 1 measured delay of an earlier version are kept, not replayed.`,
      'mewma_lambda is without effect: SHIFT gave way to style, meaning and behaviour change.',
      'Style, meaning and behaviour change are out of action: the bundle has no reference for them.',
    ]);
  });

  it('with a budget that is too small now has the least, and says what it was', () => {
    const file = written();
    file.parameters.false_alarm_budget = 500;
    file.ledger.embedder = 'built-in';
    const read = bundleFromObject(file, 'b.json');
    expect(read.parameters.false_alarm_budget).toBe(1000);
    expect(read.embedder.name).toBe('built-in');
    expect(read.retired.parameters).toContainEqual({ name: 'false_alarm_budget', value: 500 });
    expect(bundleFromObject(bundleToObject(read), 'b.json')).toEqual(read);
  });

  it.each<[string, (file: Written) => void, string]>([
    ['a parameter', ({ parameters: own }) => delete own.h, '"parameters.h" is missing'],
    ['all of them', (file) => delete (file as Partial<Written>).parameters, '"parameters" is missing'],
    ['an alert', ({ alerts }) => alerts.pop(), '"rollout.kept" must be such that'],
    ['the embedder', ({ ledger }) => delete ledger.embedder, '"embedder.name" is missing'],
    ['the baseline', (file) => delete file.baseline, '"baseline" is missing'],
    ['the list of alerts', (file) => delete (file as Partial<Written>).alerts, '"alerts" is missing'],
  ])('is refused by name where it lacks %s', (_, change, problem) => {
    const file = written();
    change(file);
    expect(() => bundleFromObject(file, 'b.json')).toThrow(problem);
  });
});

describe('a baseline of version 1', () => {
  it('is read, and says in one line what of it is gone', () => {
    const said: string[] = [];
    const baseline = baselineFromJson(ofDetection('baseline-1.json'), 'b.json', (sentence) => said.push(sentence));
    expect(said).toEqual([expect.stringContaining('its limits of SHIFT are left out')]);
    expect([baseline.style, baseline.meaning, baseline.behaviour]).toEqual([null, null, null]);
    expect(baselineFromJson(baselineToJson(baseline), 'b.json', (sentence) => said.push(sentence))).toEqual(baseline);
    expect(said).toHaveLength(1);
  });
});

describe('the state of a stream of version 1', () => {
  const kernels = testKernels();
  const k = 2;
  const p = parameters({ k, h: 4, false_alarm_budget: 1000, emd_window: 16, emd_min: 8 });
  const { events, coordinates } = randomLedger({ n: 1000, k, streams: 2, seed: 21, fracture: 600 });
  const baseline = baselineFromJson(ofDetection('baseline-1.json'), 'b.json');
  const saved = JSON.parse(ofDetection('stream-1.json')) as StreamState;
  const push = (stream: EventStream, i: number): StreamStep =>
    stream.push({
      stream: events.streams[events.stream[i]],
      time: events.time[i],
      thread: events.thread[i] < 0 ? null : `thread ${events.thread[i]}`,
      instantiation: events.instantiation[i] < 0 ? null : `v${events.instantiation[i]}`,
      latency: events.latency[i],
      coordinates: events.isVoid[i] ? null : coordinates.x.slice(i * k, (i + 1) * k),
    });

  it('goes on as if there had been no break, and says what of it is gone', () => {
    const whole = createStream(kernels, baseline, p);
    const expected = Array.from({ length: events.n }, (_, i) => push(whole, i));
    const said: string[] = [];
    const resumed = resumeStream(kernels, baseline, p, saved, (sentence) => said.push(sentence));
    for (let i = saved.events; i < events.n; i++) {
      const step = push(resumed, i);
      // With two axes the entropy floor is charted only: what was open closes.
      const closed = step.closed.filter(({ kind }) => kind !== 'HOMOGENIZATION_FLOOR_NEAR');
      expect({ ...step, closed }).toEqual(expected[i]);
      for (const name of SIGNAL_NAMES) if (!Object.is(step.signals[name], expected[i].signals[name])) throw Error(name);
    }
    // With all that is open.
    const rest = (stream: EventStream) => {
      const { kernels: own, ...state } = stream.save();
      return { ...without(state, 'changes'), kernels: without(own, 'detectors') };
    };
    expect(rest(resumed)).toEqual(rest(whole));
    expect(said).toEqual([
      expect.stringMatching(/1 open SHIFT alert is dropped, and style, meaning and behaviour change begin anew/),
      expect.stringContaining('mewma_lambda is without effect'),
      expect.stringContaining('false_alarm_budget was 500'),
    ]);
  });

  it('that is damaged or of a later version is refused', () => {
    const resume = (change: object) => () => resumeStream(kernels, baseline, p, { ...saved, ...change });
    expect(resume({ version: 3 })).toThrow('not a stream state of this version');
    expect(resume({ kernels: undefined })).toThrow('not a stream state of this version');
    expect(resume({ seq: 7 })).toThrow('not a stream state of this version');
    expect(resume({ kernels: { ...saved.kernels, detectors: 'AAAA' } })).toThrow('its detectors state has 0 bytes');
    expect(resume({ parameters: { ...DEFAULT_PARAMETERS, h: 4 } })).toThrow('it was saved with another k');
  });
});
