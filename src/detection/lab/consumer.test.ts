import { beforeAll, describe, expect, it } from 'vitest';
import { testKernels } from '../../kernels/testing.ts';
import type { Baseline } from '../baseline.ts';
import { createDetector, referenceRange } from '../pipeline.ts';
import { parameters, randomLedger } from '../testing.ts';
import type { Alert } from '../types.ts';
import { runConsumer } from './consumer.ts';

const kernels = testKernels();
// Entropy on eight axes stays near its floor: some alerts are open at the end.
const p = parameters({ h: 1, warmup: 20, tau_min: 2.7 });
const { events, coordinates } = randomLedger({ n: 1500, k: 8, streams: 3, seed: 9, fracture: 900 });
const { range: reference } = referenceRange(events.n, p);
type Replayed = Parameters<typeof runConsumer>[3];
let analysis: Replayed;
let baseline: Baseline;
const differenceOf = async (change: Partial<Replayed> = {}, of = p) =>
  (await runConsumer(kernels, baseline, of, { ...analysis, ...change })).difference;

beforeAll(() => {
  const detector = createDetector(kernels);
  detector.load(events, coordinates, reference);
  const signals = detector.runSignals(p);
  const decisions = detector.decide(p);
  const projection = {
    ...{ dimension: 8, k: 8, mean: new Float64Array(8) },
    ...{ axes: new Float64Array(64), eigenvalues: new Float64Array(8).fill(1) },
  };
  const made = detector.baseline(projection, p);
  // As a file holds it: its reference lies in no ledger.
  baseline = { ...made, reference: { ...made.reference, range: { from: 0, to: 0 } } };
  analysis = { events, coordinates, reference, signals, decisions };
});

describe('a consumer', () => {
  it('raises what the analysis raises, also what is open at the end', async () => {
    const { alerts, difference } = await runConsumer(kernels, baseline, p, analysis);
    expect(difference).toBeNull();
    expect(alerts).toEqual(analysis.decisions.alerts);
    expect(alerts.some(({ resolved }) => resolved === null)).toBe(true);
    expect(alerts.some(({ resolved }) => resolved !== null)).toBe(true);
  });

  it('is told from another by the first signal, state or alert', async () => {
    const { signals, decisions } = analysis;
    const changed = <T extends Float64Array | Uint8Array>(column: T, at: number, value: number): T => {
      const copy = column.slice() as T;
      copy[at] = value;
      return copy;
    };
    const of = (d: Partial<typeof decisions>): Partial<Replayed> => ({
      decisions: {
        ...{ z: decisions.z, cusum: decisions.cusum, notice: decisions.notice, eventState: decisions.eventState },
        ...{ J: decisions.J, alerts: decisions.alerts, governanceWeight: decisions.governanceWeight },
        ...{ calibration: decisions.calibration, ...d },
      },
    });
    const alert: Alert = { ...decisions.alerts[1], peak: 77 };
    expect(await differenceOf(of({ eventState: changed(decisions.eventState, 700, 0) }))).toMatch(
      /^the state of event 700 \(event_id \d+, [^)]+\) is \w+ from the consumer/,
    );
    expect(await differenceOf({ signals: { ...signals, kl: changed(signals.kl, 901, 0.5) } })).toContain(
      'kl of event 901',
    );
    expect(await differenceOf(of({ cusum: changed(decisions.cusum, 5, -0) }))).toContain('cusum of event 5');
    expect(await differenceOf(of({ alerts: decisions.alerts.with(1, alert) }))).toMatch(
      /^alert 2 is .* from the consumer, .*peak 77 from the analysis/,
    );
    expect(await differenceOf(of({ alerts: decisions.alerts.slice(0, -1) }))).toContain('none from the analysis');
    expect(await differenceOf(of({ alerts: [...decisions.alerts, alert] }))).toContain('none from the consumer');
    expect(await differenceOf({}, { ...p, lambda_fast: 0.3 })).not.toBeNull();
  });

  it('is told how to match where the ledger has no latencies and that of its baseline had', async () => {
    const without = { ...events, hasLatency: false, latency: new Float64Array(events.n).fill(Number.NaN) };
    const detector = createDetector(kernels);
    detector.load(without, coordinates, baseline);
    const signals = detector.runSignals(p);
    const other = {
      events: without,
      coordinates,
      reference: { from: 0, to: 0 },
      signals,
      decisions: detector.decide(p),
    };
    const run = await runConsumer(kernels, baseline, p, other);
    expect(run.difference).toBeNull();
    expect(run.told).toContain('sync "turn"');
    expect((await runConsumer(kernels, baseline, { ...p, sync: 'time' }, other)).difference).toContain('rho of event');
  });

  it('says how far it is, and stops when it is cancelled', async () => {
    const cancel = new AbortController();
    const seen: number[] = [];
    await runConsumer(kernels, baseline, p, analysis, { onProgress: ({ fraction }) => seen.push(fraction) });
    expect(seen.at(-1)).toBe(1);
    cancel.abort();
    await expect(runConsumer(kernels, baseline, p, analysis, { signal: cancel.signal })).rejects.toMatchObject({
      error: { kind: 'cancelled' },
    });
  });
});
