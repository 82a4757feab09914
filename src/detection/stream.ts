import { TautlineFailure } from '../core/errors.ts';
import type { EventIndex, Seq, StreamIndex } from '../core/units.ts';
import { detectorState, governanceWeight, openEpisodes, runDetectors } from '../kernels/detectors.ts';
import type { StateBlock } from '../kernels/events.ts';
import type { KernelModule } from '../kernels/module.ts';
import { projectRows } from '../kernels/project.ts';
import type { Baseline } from './baseline.ts';
import { fromBase64, toBase64 } from './base64.ts';
import { calibrationOf, levelLimits, scoreOf } from './calibration.ts';
import { openChangeStream, type ChangeEvent } from './change/eventStream.ts';
import type { Onset } from './change/types.ts';
import { isChangeSignal } from './changes.ts';
import { alignAll } from './channels/reference.ts';
import { STAGES } from './channels/generated/stages.ts';
import { CHANNEL_TABLE, LEVEL_CHANNELS, STAGE_IDS, type LevelChannel } from './channels/table.ts';
import { alertOf, detectorInputs, detectorOptions } from './decide.ts';
import { levelState, levelStep } from './levels.ts';
import type { Say } from './files/file.ts';
import { PARAMETER_NAMES, type Parameters } from './parameters.ts';
import { alignReference, resizeWindows, resolveSync } from './reference.ts';
import { newestState } from './streamState.ts';
import type { StreamEvent, StreamState } from './streamTypes.ts';
import { createEventWindow, createLookBack } from './streamWindow.ts';
import { EVENT_STATES, SIGNAL_NAMES, type Alert, type Calibration, type EventState, type SignalName } from './types.ts';

/** What is said of an event, bit for bit what the batch says of it. */
export interface StreamStep {
  /** Events before it. */
  readonly index: EventIndex;
  readonly stream: StreamIndex;
  readonly seq: Seq;
  readonly signals: Readonly<Record<SignalName, number>>;
  readonly eventState: EventState;
  readonly z: number;
  readonly cusum: number;
  /** Governance weight of the stream after it; NaN while it is warming. */
  readonly J: number;
  /** Bits of NOTICE. */
  readonly notice: number;
  /** Episodes that it opened, with the values known so far, and those that it closed. */
  readonly opened: readonly Alert[];
  readonly closed: readonly Alert[];
}

/** Threads that are remembered, those spoken in last: months have more than memory has room for. */
const MOST_THREADS = 100_000;

/** Stages that keep what they need in a state of their own; those that look back are rebuilt from the newest events. */
const STATEFUL = STAGE_IDS.filter((id) => !STAGES[id].lookBack);

export interface EventStream {
  readonly streams: readonly string[];
  readonly calibration: Calibration;
  push(event: StreamEvent): StreamStep;
  /** Episodes that are open after the last event, with the values known so far. */
  open(): Alert[];
  /** Coordinates of an embedding by the baseline's projection. */
  project(embedding: Float32Array): Float32Array;
  /** The state after the last event; unaffected by later ones. */
  save(): StreamState;
}

/**
 * The pipeline one event at a time, with the result of the batch over the same events, bit for bit. Holds a kernel
 * instance of its own. Matching `auto` means what it meant in the baseline's ledger; state it in the parameters where
 * the stream differs. The 100,000 threads that were spoken in last are remembered.
 * @param baseline what the reference fixed; its `reference.range` counts this stream's events (0 to 0 for a baseline
 * from elsewhere)
 * @param streams names of the streams tracked; coupling depends on their number, so it is fixed
 * @param mostThreads that are remembered; one that comes again after so many others begins anew
 */
export function createStream(
  kernels: KernelModule,
  baseline: Baseline,
  parameters: Parameters,
  streams: readonly string[] = baseline.reference.streams,
  mostThreads = MOST_THREADS,
): EventStream {
  return openStream(kernels, baseline, parameters, streams, { saved: null, mostThreads });
}

/**
 * Carries on from a saved state, as if there had been no break. Baseline and parameters must be those that it was saved
 * with.
 * @param say is told what of a state of an earlier version is gone
 */
export function resumeStream(
  kernels: KernelModule,
  baseline: Baseline,
  parameters: Parameters,
  saved: StreamState,
  say: Say = () => undefined,
): EventStream {
  const state = newestState(saved, say);
  if (!state) throw refused('it is not a stream state of this version');
  const changed = PARAMETER_NAMES.filter(
    (name) => JSON.stringify(state.parameters[name]) !== JSON.stringify(parameters[name]),
  );
  if (changed.length > 0) throw refused(`it was saved with another ${changed.join(', ')}`);
  if (state.k !== baseline.reference.k) throw refused(`it has ${state.k} axes, the baseline ${baseline.reference.k}`);
  return openStream(kernels, baseline, parameters, state.streams, { saved: state, mostThreads: MOST_THREADS });
}

function openStream(
  shared: KernelModule,
  baseline: Baseline,
  p: Parameters,
  streams: readonly string[],
  { saved, mostThreads }: { readonly saved: StreamState | null; readonly mostThreads: number },
): EventStream {
  const kernels = shared.fork();
  const reference = alignReference(baseline.reference, streams);
  const { k, range } = reference;
  const shape = { k, streams: streams.length };
  const codes = new Map(streams.map((name, code) => [name, code]));
  const references = alignAll(baseline, baseline.reference.streams, streams);
  const calibration = calibrationOf(baseline.calibration, references, p, streams.length);
  const axes = baseline.projection.k;
  const given = {
    range,
    means: reference.means,
    hasLatency: reference.hasLatency,
    windowReference: reference.windowReference,
    windows: (size: number) => resizeWindows(reference.windows, k, size),
  };
  const window = createEventWindow(kernels, shape, p, resolveSync(p, reference.hasLatency) === 'turn', mostThreads);
  const { at, rows, blocks, columns, decided } = window;
  const stages = STATEFUL.map((id) => ({ id, ...STAGES[id].open(kernels, shape, STAGES[id].given(given, p)) }));
  const detectors = detectorState(kernels, streams.length);
  const states = [...stages, { id: 'detectors' as const, state: detectors }];
  const inputs = detectorInputs(blocks, window.seq, columns);
  const options = detectorOptions(calibration, p, reference);
  const lookBack = createLookBack(kernels, shape, given, p);
  const { conversation_cut: cut, false_alarm_budget: budget } = p;
  const changes = openChangeStream(kernels, { references, streams: streams.length, cut, budget, range, mostThreads });
  const limits = levelLimits(calibration, p, streams.length);
  let levels = levelState(streams.length);
  let events = 0;

  if (saved) restore(saved);

  function restore(state: StreamState): void {
    restoreKernels(states, state.kernels);
    if (!window.restore(state) || !lookBack.restore(state.recent)) throw refused('its parts do not fit together');
    changes.restore(state.changes);
    levels = state.levels.map((own) => [...own]);
    events = state.events;
  }

  return {
    streams,
    calibration,

    push(e) {
      const s = codes.get(e.stream);
      if (s === undefined) throw untracked(e.stream, streams);
      if (e.coordinates && !(e.coordinates.length === axes && e.coordinates.every(Number.isFinite)))
        throw unusable(e.stream, e.coordinates.length, axes);
      const coordinates = e.coordinates && e.coordinates.subarray(0, k);
      window.place({ ...e, coordinates }, s);
      const origin = events - at;
      const place = { blocks, columns, origin };
      for (const stage of stages) stage.run(place, at, rows);
      lookBack.push(coordinates, s, events >= range.to, columns, at);
      window.remember(e, s);

      const index = events++;
      const wasOpen = new Set(openEpisodes(detectors, s).map((episode) => episode.kind));
      const closed = runDetectors(
        kernels,
        inputs,
        { ...options, referenceTo: range.to - origin, base: origin },
        detectors,
        decided,
        at,
        rows,
      );
      const opened = openEpisodes(detectors, s).filter((episode) => !wasOpen.has(episode.kind));
      const seq = window.seq.view()[at];
      const judged = changes.push(changeEvent(e, index, s, seq));
      const signals = Object.fromEntries(
        SIGNAL_NAMES.map((name) => [name, isChangeSignal(name) ? judged[name] : columns[name].view()[at]]),
      ) as Record<SignalName, number>;
      const seen = { stream: s, index, seq, signals };
      const steps = index < range.to ? [] : levelSteps(levels, limits, seen, (channel) => changes.onset(channel));
      const cusum = decided.cusum.view()[at];
      const eventState = EVENT_STATES[decided.eventState.view()[at]];
      return {
        index,
        stream: s,
        seq,
        signals,
        eventState,
        z: scoreOf(columns.boxCox.view()[at], cusum, calibration),
        cusum,
        J: eventState === 'WARMING' ? Number.NaN : governanceWeight(detectors, s),
        notice: decided.notice.view()[at],
        opened: [...opened.map(alertOf), ...steps.flatMap((step) => step.opened ?? [])],
        closed: [...closed.map(alertOf), ...steps.flatMap((step) => step.closed ?? [])],
      };
    },

    open: () => [...openEpisodes(detectors).map(alertOf), ...levels.flat().filter((alert) => alert !== null)],

    project: (embedding) => projectRows(kernels, baseline.projection, embedding, 1),

    save: () => ({
      format: 'tautline-stream',
      version: 2,
      parameters: p,
      streams,
      k,
      events,
      kernels: Object.fromEntries(states.map(({ id, state }) => [id, toBase64(state.view())])),
      recent: lookBack.save(),
      ...window.save(),
      levels,
      changes: changes.save(),
    }),
  };
}

const changeEvent = (e: StreamEvent, index: EventIndex, stream: StreamIndex, seq: Seq): ChangeEvent => ({
  ...{ index, stream, seq },
  thread: e.thread,
  text: e.text ?? null,
  role: e.role ?? null,
  coordinates: e.coordinates,
  values: { latency_ms: e.latency, ...e.values },
});

interface SeenEvent {
  readonly stream: StreamIndex;
  readonly index: EventIndex;
  readonly seq: Seq;
  readonly signals: Readonly<Record<SignalName, number>>;
}

const levelSteps = (
  levels: ReturnType<typeof levelState>,
  limits: readonly Float64Array[],
  { signals, ...event }: SeenEvent,
  onset: (channel: LevelChannel) => Onset | undefined,
) =>
  LEVEL_CHANNELS.map((id, level) =>
    levelStep(
      levels,
      level,
      { ...event, value: signals[CHANNEL_TABLE[id].level], limit: limits[level][event.stream] },
      () => onset(id),
    ),
  );

/** Kernel states of a saved stream, into those at hand. */
function restoreKernels(
  states: readonly { readonly id: keyof StreamState['kernels']; readonly state: StateBlock }[],
  saved: StreamState['kernels'],
): void {
  for (const { id, state: block } of states) {
    const bytes = fromBase64(saved[id] ?? '');
    if (bytes.length !== block.length)
      throw refused(`its ${id} state has ${bytes.length} bytes, ${block.length} expected`);
    block.view().set(bytes);
  }
}

function untracked(stream: string, streams: readonly string[]): TautlineFailure {
  return new TautlineFailure({
    kind: 'ledger',
    problem: `an event is of stream "${stream}", which is not tracked`,
    advice: `Tracked are ${streams.join(', ')}; make a baseline that knows the stream.`,
  });
}

function unusable(stream: string, length: number, k: number): TautlineFailure {
  return new TautlineFailure({
    kind: 'ledger',
    problem: `an event of stream "${stream}" needs ${k} finite coordinates, it has ${length}`,
    advice: 'Leave the event out, or project its embedding again.',
  });
}

function refused(problem: string): TautlineFailure {
  return new TautlineFailure({
    kind: 'ledger',
    problem: `the saved stream state cannot be used: ${problem}`,
    advice: 'Start a new stream from the baseline.',
  });
}
