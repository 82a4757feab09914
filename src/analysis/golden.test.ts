import { beforeAll, describe, expect, it } from 'vitest';
import type { Coordinates, EventColumns } from '../core/columns.ts';
import { createDetector, heldStreams, referenceRange, selectStreams } from '../detection/pipeline.ts';
import { createStream } from '../detection/stream.ts';
import { EVENT_STATES, SIGNAL_NAMES, type Decisions, type Projection, type Signals } from '../detection/types.ts';
import type { Baseline } from '../detection/baseline.ts';
import { testKernels } from '../kernels/testing.ts';
import {
  agrees,
  GOLDEN_CASES,
  GOLDEN_COLUMNS,
  isGoldenKind,
  loadGolden,
  type Golden,
  type GoldenCase,
} from './golden.node.ts';
import { openLedger } from '../ledger/open.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { fitProjection, projectLedger } from './projection.ts';

const kernels = testKernels();

/** The whole way: file, ledger, projection, signals, decisions. */
async function analyse({ source, parameters }: Golden) {
  const { columns, embeddings } = await openLedger(source, null, { platform: nodePlatform() });
  const { events, leftOut } = selectStreams(columns, heldStreams(columns, parameters.stream)!);
  expect(leftOut).toEqual([]);
  const { range } = referenceRange(events.n, parameters);
  const { projection } = await fitProjection(kernels, events, embeddings!, range, parameters.k);
  const coordinates = await projectLedger(kernels, projection, embeddings!, events.n);
  const detector = createDetector(kernels);
  detector.load(events, coordinates, range);
  const signals = detector.runSignals(parameters);
  return {
    events,
    coordinates,
    projection,
    signals,
    decisions: detector.decide(parameters),
    baseline: detector.baseline(projection, parameters),
  };
}

describe.each(Object.keys(GOLDEN_CASES) as GoldenCase[])('golden case %s', (name) => {
  let golden: Golden;
  let events: EventColumns;
  let coordinates: Coordinates;
  let projection: Projection;
  let signals: Signals;
  let decisions: Decisions;
  let baseline: Baseline;
  beforeAll(async () => {
    golden = await loadGolden(name);
    ({ events, coordinates, projection, signals, decisions, baseline } = await analyse(golden));
  });

  it('has the reference, the eigenvalues and the calibration', () => {
    const { calibration } = decisions;
    expect(calibration.ref).toBe(golden.calibration.ref);
    expect(calibration.k).toBe(golden.calibration.k);
    projection.eigenvalues.forEach((value, i) =>
      expect(Math.abs(value / golden.calibration.eigenvalues[i] - 1)).toBeLessThan(1e-8),
    );
    for (const key of ['m', 's', 'fm', 'fs', 'lo', 'hi', 'tension', 'rho', 'wref'] as const) {
      expect([key, calibration[key], agrees(calibration[key], golden.calibration[key])]).toEqual([
        key,
        expect.any(Number),
        true,
      ]);
    }
    expect([...decisions.governanceWeight]).toEqual(
      golden.calibration.J.map((weight) => expect.closeTo(weight, 4) as number),
    );
  });

  it.each(GOLDEN_COLUMNS)('has %s of every event', (column) => {
    const values = column === 'z' || column === 'cusum' ? decisions[column] : signals[column];
    const wanted = golden.columns[column];
    expect(values.length).toBe(wanted.length);
    const wrong = [...wanted.keys()].filter((i) => !agrees(values[i], wanted[i]));
    expect(wrong.slice(0, 5).map((i) => ({ event: i, value: values[i], golden: wanted[i] }))).toEqual([]);
  });

  it('has every route and every alert', () => {
    const eventStates = Array.from(decisions.eventState, (code) => EVENT_STATES[code] as string);
    expect(eventStates.filter((eventState, i) => eventState !== golden.route[i])).toEqual([]);
    expect(eventStates.length).toBe(golden.route.length);
    const alerts = decisions.alerts.filter(isGoldenKind);
    expect(alerts).toEqual(
      golden.alerts.map(({ stream, onset_seq: onsetSeq, fired_seq: firedSeq, cleared, peak, ...rest }) => ({
        ...rest,
        resolved: cleared,
        stream: events.streams.indexOf(stream),
        onsetSeq,
        firedSeq,
        lag: firedSeq - onsetSeq,
        peak: expect.closeTo(peak, 4) as number,
      })),
    );
  });

  it('is the same event by event', () => {
    const stream = createStream(kernels, baseline, golden.parameters);
    for (let i = 0; i < events.n; i++) {
      const step = stream.push({
        stream: events.streams[events.stream[i]],
        time: events.time[i],
        thread: String(events.thread[i]),
        instantiation: events.instantiation[i] < 0 ? null : String(events.instantiation[i]),
        latency: events.latency[i],
        coordinates: events.isVoid[i] ? null : coordinates.x.slice(i * coordinates.k, (i + 1) * coordinates.k),
      });
      const differing = SIGNAL_NAMES.filter((name) => !Object.is(step.signals[name], signals[name][i]));
      if (
        differing.length > 0 ||
        step.eventState !== EVENT_STATES[decisions.eventState[i]] ||
        !Object.is(step.cusum, decisions.cusum[i])
      ) {
        expect({ event: i, differing, eventState: step.eventState, cusum: step.cusum }).toEqual({
          event: i,
          differing: [],
          eventState: EVENT_STATES[decisions.eventState[i]],
          cusum: decisions.cusum[i],
        });
      }
    }
  });
});
