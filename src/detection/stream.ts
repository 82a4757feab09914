import { TautlineFailure } from '../core/errors.ts';
import type { EpochMs, EventIndex, Milliseconds, Seq, StreamIndex } from '../core/units.ts';
import type { Block } from '../kernels/arena.ts';
import { couplingState, runCoupling, type CouplingOptions } from '../kernels/coupling.ts';
import { detectorState, openEpisodes, runDetectors } from '../kernels/detectors.ts';
import { displacementState, runDisplacement } from '../kernels/displacement.ts';
import type { EventBlocks, StateBlock } from '../kernels/events.ts';
import { latencyState, runLatency, type LatencyOptions } from '../kernels/latency.ts';
import type { KernelModule } from '../kernels/module.ts';
import { projectRows } from '../kernels/project.ts';
import { runTracker, trackerState } from '../kernels/tracker.ts';
import { runTransport, transportState, type TransportColumns } from '../kernels/transport.ts';
import type { Baseline } from './baseline.ts';
import { fromBase64, toBase64 } from './base64.ts';
import { calibrationOf, detectorLimits, scoreOf } from './calibration.ts';
import { PARAMETER_NAMES, type Parameters } from './parameters.ts';
import { alertOf } from './pipeline.ts';
import { alignReference, resizeWindows, resolveSync, warmupOf } from './reference.ts';
import { alignFalseAlarms, shiftLimits } from './shiftLimit.ts';
import { ROUTES, SIGNAL_NAMES, type Alert, type Calibration, type Route, type SignalName } from './types.ts';

/** One event as it arrives; events come in the order of (time, event id). */
export interface StreamEvent {
  /** Name of its stream, one of `EventStream.streams`. */
  readonly stream: string;
  /** NaN where there are no timestamps. */
  readonly time: EpochMs;
  readonly thread: string | null;
  readonly instantiation: string | null;
  /** NaN where there is none. */
  readonly latency: Milliseconds;
  /** Whitened coordinates, length k (`EventStream.project`); null is a void event. */
  readonly coordinates: Float32Array | null;
}

/** What is said of an event, bit for bit what the batch says of it. */
export interface StreamStep {
  /** Events before it. */
  readonly index: EventIndex;
  readonly stream: StreamIndex;
  readonly seq: Seq;
  readonly signals: Readonly<Record<SignalName, number>>;
  readonly route: Route;
  readonly z: number;
  readonly cusum: number;
  /** Bits of NOTICE. */
  readonly notice: number;
  /** Episodes that it opened, with the values known so far, and those that it closed. */
  readonly opened: readonly Alert[];
  readonly closed: readonly Alert[];
}

/** Everything a stream has to remember: plain JSON. */
export interface StreamState {
  readonly format: 'tautline-stream';
  readonly version: 1;
  readonly parameters: Parameters;
  readonly streams: readonly string[];
  readonly k: number;
  /** Events taken in. */
  readonly events: number;
  readonly seq: readonly number[];
  /** Kernel states, base64 of their little-endian bytes. */
  readonly kernels: Readonly<Record<KernelState, string>>;
  /** The newest events with an embedding, oldest first: stream codes and coordinates (base64 of float32). */
  readonly recent: { readonly stream: readonly number[]; readonly x: string };
  /** Streams of the newest events of each thread, newest last. */
  readonly threads: readonly (readonly [string | null, readonly number[]])[];
  /** The newest instantiation of each stream, and how often it changed. */
  readonly instantiations: readonly { readonly name: string | null; readonly code: number }[];
}
const KERNEL_STATES = ['latency', 'tracker', 'coupling', 'displacement', 'detectors'] as const;
type KernelState = (typeof KERNEL_STATES)[number];

export interface EventStream {
  readonly streams: readonly string[];
  readonly calibration: Calibration;
  push(event: StreamEvent): StreamStep;
  /** Coordinates of an embedding by the baseline's projection. */
  project(embedding: Float32Array): Float32Array;
  /** The state after the last event; unaffected by later ones. */
  save(): StreamState;
}

/**
 * The pipeline one event at a time, with the result of the batch over the same events, bit for bit. Holds a kernel
 * instance of its own. Matching `auto` means what it meant in the baseline's ledger; state it in the parameters where
 * the stream differs. Matching by turns remembers every thread.
 * @param baseline what the reference fixed; its `reference.range` counts this stream's events (0 to 0 for a baseline
 * from elsewhere)
 * @param streams names of the streams tracked; coupling depends on their number, so it is fixed
 */
export function createStream(
  kernels: KernelModule,
  baseline: Baseline,
  parameters: Parameters,
  streams: readonly string[] = baseline.reference.streams,
): EventStream {
  return openStream(kernels, baseline, parameters, streams, null);
}

/**
 * Carries on from a saved state, as if there had been no break. Baseline and parameters must be those that it was saved
 * with.
 */
export function resumeStream(
  kernels: KernelModule,
  baseline: Baseline,
  parameters: Parameters,
  state: StreamState,
): EventStream {
  if (state.format !== 'tautline-stream' || state.version !== 1)
    throw refused('it is not a stream state of this version');
  const changed = PARAMETER_NAMES.filter(
    (name) => JSON.stringify(state.parameters[name]) !== JSON.stringify(parameters[name]),
  );
  if (changed.length > 0) throw refused(`it was saved with another ${changed.join(', ')}`);
  if (state.k !== baseline.reference.k) throw refused(`it has ${state.k} axes, the baseline ${baseline.reference.k}`);
  return openStream(kernels, baseline, parameters, state.streams, state);
}

function openStream(
  shared: KernelModule,
  baseline: Baseline,
  p: Parameters,
  streams: readonly string[],
  saved: StreamState | null,
): EventStream {
  const kernels = shared.fork();
  const { arena } = kernels;
  const reference = alignReference(baseline.reference, streams);
  const { k, range, hasLatency } = reference;
  const S = streams.length;
  const codes = new Map(streams.map((name, code) => [name, code]));
  const calibration = calibrationOf(
    baseline.calibration,
    shiftLimits(alignFalseAlarms(baseline.falseAlarms, baseline.reference.streams, streams), p.false_alarm_budget, S),
    p,
  );
  const windows = resizeWindows(reference.windows, k, p.emd_window);

  // The event at hand stands in the last row; the rows before it are its thread's last events.
  const rows = p.turn_window + 1;
  const at = rows - 1;
  // Room for the newest events of every stream four times over, so that old ones are cleared out seldom.
  const room = 4 * Math.max(1, S) * p.emd_window;
  const f64 = (): Block<Float64Array> => arena.f64(rows);
  const event: EventBlocks = {
    n: rows,
    k,
    streams: S,
    x: arena.f32(rows * k),
    stream: arena.i32(rows),
    isVoid: arena.u8(rows),
  };
  const columns = {
    seq: arena.i32(rows),
    time: f64(),
    latency: f64(),
    instantiation: arena.i32(rows),
    previous: arena.i32(rows),
    residual: arena.f32(rows * k),
    friction: f64(),
    trace: f64(),
    kl: f64(),
    boxCox: f64(),
    entropy: f64(),
    p95: f64(),
    window: f64(),
    rho: f64(),
    tension: f64(),
    shift: f64(),
    mewma: f64(),
    cusum: f64(),
    route: arena.u8(rows),
    notice: arena.u8(rows),
  };
  const recent: EventBlocks = {
    n: room,
    k,
    streams: S,
    x: arena.f32(room * k),
    stream: arena.i32(room),
    isVoid: arena.u8(room),
  };
  const distances: TransportColumns = { tension: arena.f64(room), shift: arena.f64(room) };
  recent.isVoid.view().fill(0);
  const means = arena.f64From(reference.means);
  const referenceRows = arena.f32From(windows.rows);
  const referenceCounts = arena.i32From(windows.counts);
  const states: Record<KernelState, StateBlock> = {
    latency: latencyState(kernels, p.lat_window),
    tracker: trackerState(kernels, S, k),
    coupling: couplingState(kernels, S, k),
    displacement: displacementState(kernels, S, k),
    detectors: detectorState(kernels, S),
  };
  const mark = arena.mark();
  let transport = transportState(kernels, S, k, p.emd_window);

  const latencyOptions: LatencyOptions = {
    size: p.lat_window,
    factor: p.win_factor,
    minimum: p.win_min,
    adaptive: p.adaptive,
  };
  const couplingOptions: CouplingOptions = {
    lambda: p.lambda_slow,
    sync: resolveSync(p, hasLatency),
    turnWindow: p.turn_window,
  };
  const turns = couplingOptions.sync === 'turn';
  const trackerOptions = {
    lambdaFast: p.lambda_fast,
    lambdaSlow: p.lambda_slow,
    shrinkage: p.shrinkage,
    windowReference: p.adaptive ? reference.windowReference : Infinity,
    anchor: p.anchor === 'reference' ? means : null,
  };
  const transportOptions = { size: p.emd_window, minimum: p.emd_min, referenceRows, referenceCounts };
  const detectorOptions = {
    limits: detectorLimits(calibration, p),
    shiftLimits: calibration.shiftLimits,
    warmup: reference.streamEvents.map((count) => warmupOf(p.warmup, count)),
  };

  const seq = new Int32Array(S);
  const threads = new Map<string | null, readonly number[]>();
  const instantiations = streams.map(() => ({ name: null as string | null, code: -1 }));
  let events = 0;
  let held = 0;

  /** Takes the newest events in `from`, `to` once more into a fresh transport state, for their windows only. */
  function replay(): void {
    arena.release(mark);
    transport = transportState(kernels, S, k, p.emd_window);
    runTransport(kernels, recent, { ...transportOptions, referenceTo: room }, transport, distances, 0, held);
  }

  /** Drops what no window can reach any more: all but the newest `emd_window` events of each stream. */
  function compact(): void {
    const stream = recent.stream.view();
    const x = recent.x.view();
    const left = new Int32Array(S).fill(p.emd_window);
    const kept: number[] = [];
    for (let i = held - 1; i >= 0; i--) if (left[stream[i]]-- > 0) kept.push(i);
    kept.reverse().forEach((i, j) => {
      stream[j] = stream[i];
      x.copyWithin(j * k, i * k, (i + 1) * k);
    });
    held = kept.length;
    replay();
  }

  if (saved) restore(saved);

  function restore(state: StreamState): void {
    for (const name of KERNEL_STATES) {
      const bytes = fromBase64(state.kernels[name]);
      if (bytes.length !== states[name].length)
        throw refused(`its ${name} state has ${bytes.length} bytes, ${states[name].length} expected`);
      states[name].view().set(bytes);
    }
    const x = new Float32Array(fromBase64(state.recent.x).buffer);
    held = state.recent.stream.length;
    if (x.length !== held * k || held > room || state.seq.length !== S || state.instantiations.length !== S)
      throw refused('its parts do not fit together');
    recent.stream.view().set(state.recent.stream);
    recent.x.view().set(x);
    seq.set(state.seq);
    for (const [thread, newest] of state.threads) threads.set(thread, newest);
    state.instantiations.forEach((own, s) => Object.assign(instantiations[s], own));
    events = state.events;
    replay();
  }

  /** Writes the event into the last row and its thread's last events before it. */
  function place(e: StreamEvent, s: StreamIndex): void {
    const before = threads.get(e.thread) ?? [];
    const stream = event.stream.view();
    const previous = columns.previous.view();
    previous.fill(-1);
    before.forEach((code, j) => {
      const row = at - before.length + j;
      stream[row] = code;
      previous[row + 1] = row;
    });
    stream[at] = s;
    event.isVoid.view()[at] = e.coordinates ? 0 : 1;
    if (e.coordinates) event.x.view().set(e.coordinates, at * k);
    columns.seq.view()[at] = ++seq[s];
    columns.time.view()[at] = e.time;
    columns.latency.view()[at] = e.latency;
    const own = instantiations[s];
    if (e.coordinates && e.instantiation !== null && e.instantiation !== own.name) {
      own.name = e.instantiation;
      own.code++;
    }
    columns.instantiation.view()[at] = e.instantiation === null ? -1 : own.code;
  }

  function transportOf(e: StreamEvent, s: StreamIndex, past: boolean): void {
    let tension = Number.NaN;
    let shift = Number.NaN;
    if (e.coordinates) {
      if (held === room) compact();
      recent.stream.view()[held] = s;
      recent.x.view().set(e.coordinates, held * k);
      runTransport(
        kernels,
        recent,
        { ...transportOptions, referenceTo: past ? 0 : room },
        transport,
        distances,
        held,
        held + 1,
      );
      tension = distances.tension.view()[held];
      shift = distances.shift.view()[held];
      held++;
    }
    columns.tension.view()[at] = tension;
    columns.shift.view()[at] = shift;
  }

  return {
    streams,
    calibration,

    push(e) {
      const s = codes.get(e.stream);
      if (s === undefined) {
        throw new TautlineFailure({
          kind: 'ledger',
          problem: `an event is of stream "${e.stream}", which is not tracked`,
          advice: `Tracked are ${streams.join(', ')}; make a baseline that knows the stream.`,
        });
      }
      if (e.coordinates && !(e.coordinates.length === k && e.coordinates.every(Number.isFinite))) {
        throw new TautlineFailure({
          kind: 'ledger',
          problem: `an event of stream "${e.stream}" needs ${k} finite coordinates, it has ${e.coordinates.length}`,
          advice: 'Leave the event out, or project its embedding again.',
        });
      }
      place(e, s);
      const before = at - events;
      const referenceFrom = range.from + before;
      const referenceTo = range.to + before;
      runLatency(kernels, columns.latency, latencyOptions, states.latency, columns, at, rows);
      runTracker(
        kernels,
        event,
        columns,
        { ...trackerOptions, referenceFrom, referenceTo },
        states.tracker,
        columns,
        at,
        rows,
      );
      runCoupling(kernels, event, columns, couplingOptions, states.coupling, columns.rho, at, rows);
      transportOf(e, s, events >= range.to);
      runDisplacement(
        kernels,
        event,
        { lambda: p.mewma_lambda, referenceTo, means },
        states.displacement,
        columns.mewma,
        at,
        rows,
      );
      if (e.coordinates && turns) threads.set(e.thread, [...(threads.get(e.thread) ?? []), s].slice(-p.turn_window));

      const index = events++;
      const wasOpen = new Set(openEpisodes(states.detectors, s).map((episode) => episode.kind));
      const closed = runDetectors(
        kernels,
        { ...event, ...columns },
        { ...detectorOptions, referenceTo, base: index - at },
        states.detectors,
        columns,
        at,
        rows,
      );
      const opened = openEpisodes(states.detectors, s).filter((episode) => !wasOpen.has(episode.kind));
      const cusum = columns.cusum.view()[at];
      return {
        index,
        stream: s,
        seq: seq[s],
        signals: Object.fromEntries(SIGNAL_NAMES.map((name) => [name, columns[name].view()[at]])) as Record<
          SignalName,
          number
        >,
        route: ROUTES[columns.route.view()[at]],
        z: scoreOf(columns.boxCox.view()[at], cusum, calibration),
        cusum,
        notice: columns.notice.view()[at],
        opened: opened.map(alertOf),
        closed: closed.map(alertOf),
      };
    },

    project: (embedding) => projectRows(kernels, baseline.projection, embedding, 1),

    save: () => ({
      format: 'tautline-stream',
      version: 1,
      parameters: p,
      streams,
      k,
      events,
      seq: [...seq],
      kernels: Object.fromEntries(
        KERNEL_STATES.map((name) => [name, toBase64(states[name].view())]),
      ) as StreamState['kernels'],
      recent: {
        stream: [...recent.stream.view().subarray(0, held)],
        x: toBase64(new Uint8Array(recent.x.view().slice(0, held * k).buffer)),
      },
      threads: [...threads],
      instantiations: instantiations.map((own) => ({ ...own })),
    }),
  };
}

function refused(problem: string): TautlineFailure {
  return new TautlineFailure({
    kind: 'ledger',
    problem: `the saved stream state cannot be used: ${problem}`,
    advice: 'Start a new stream from the baseline.',
  });
}
