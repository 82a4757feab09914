import { TautlineFailure } from '../../core/errors.ts';
import type { OnProgress } from '../../core/progress.ts';
import type { KernelModule } from '../../kernels/module.ts';
import {
  PARAMETER_NAMES,
  PARAMETER_SPECS,
  parseParameters,
  type ParameterName,
  type Parameters,
} from '../parameters.ts';
import { createDetector } from '../pipeline.ts';
import type { AlertKind } from '../types.ts';
import { runTasks, type LabLedger } from './ledger.ts';
import type { Interval } from './intervals.ts';
import { createScorer, TOLERANCE } from './score.ts';

/** A parameter and the values that a grid tries. */
export interface SweepAxis {
  readonly name: ParameterName;
  readonly values: readonly number[];
}

export interface SweepRequest {
  readonly parameters: Parameters;
  readonly x: SweepAxis;
  readonly y: SweepAxis;
  /** Kinds of alert that are counted and scored, of those that follow from coordinates; all of these where absent. */
  readonly kinds?: readonly AlertKind[];
  /** Labelled stretches to score against; none: precision, recall, F1 and delay are NaN. */
  readonly intervals: readonly Interval[];
}

/** One combination of values. `problem` where the combination is not a valid set of parameters: its numbers are NaN. */
export interface SweepCell {
  readonly x: number;
  readonly y: number;
  readonly alerts: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** In the stream's own events, over the intervals found, 1 for their first event. */
  readonly medianDelay: number;
  readonly problem: string | null;
}

export interface Sweep {
  readonly x: SweepAxis;
  readonly y: SweepAxis;
  /** Row-major: y, then x. */
  readonly cells: readonly SweepCell[];
}

/** Some rows of a sweep: self-contained, so that a worker can run it. */
export interface SweepTask {
  readonly ledger: LabLedger;
  readonly request: SweepRequest;
  readonly rows: readonly [number, number];
}

/** Cuts a sweep into `parts` tasks of whole rows; their cells in the order of the tasks are those of the sweep. */
export function sweepTasks(ledger: LabLedger, request: SweepRequest, parts: number): SweepTask[] {
  requireSweepable(request);
  const rows = request.y.values.length;
  const count = Math.max(1, Math.min(parts, rows));
  return Array.from({ length: count }, (_, i) => ({
    ledger,
    request,
    rows: [Math.floor((i * rows) / count), Math.floor(((i + 1) * rows) / count)] as const,
  }));
}

export function runSweepTask(kernels: KernelModule, task: SweepTask): SweepCell[] {
  return [...sweepCells(kernels, task)];
}

/**
 * The whole sweep in this thread, by rows, with progress and cancel. The ledger is loaded, and its signals computed, as
 * seldom as the axes allow.
 */
export async function sweep(
  kernels: KernelModule,
  ledger: LabLedger,
  request: SweepRequest,
  options: { readonly signal?: AbortSignal; readonly onProgress?: OnProgress } = {},
): Promise<Sweep> {
  requireSweepable(request);
  const width = request.x.values.length;
  const cells = sweepCells(kernels, { ledger, request, rows: [0, request.y.values.length] });
  // Signals of the x axis alone are shared by its columns, not its rows: `sweepCells` then gives columns, and the turns
  // are columns.
  const turns = Array.from({ length: byColumn(request) ? width : request.y.values.length });
  const perTurn = (width * request.y.values.length) / Math.max(1, turns.length);
  const taken = await runTasks(turns, () => Array.from({ length: perTurn }, () => cells.next().value as SweepCell), {
    phase: 'Sweeping',
    ...options,
  });
  return { x: request.x, y: request.y, cells: inRows(taken.flat(), request) };
}

/** Puts the cells of tasks together. */
export const sweepOf = (request: SweepRequest, parts: readonly (readonly SweepCell[])[]): Sweep => ({
  x: request.x,
  y: request.y,
  cells: inRows(parts.flat(), request),
});

function inRows(cells: readonly SweepCell[], { x, y }: SweepRequest): SweepCell[] {
  const columns = new Map(x.values.map((value, i) => [value, i]));
  const rows = new Map(y.values.map((value, i) => [value, i]));
  const grid = new Array<SweepCell>(x.values.length * y.values.length);
  for (const cell of cells) grid[rows.get(cell.y)! * x.values.length + columns.get(cell.x)!] = cell;
  return grid;
}

const SIGNAL_PARAMETERS = PARAMETER_NAMES.filter((name) => PARAMETER_SPECS[name].stage === 'signals');
const byColumn = ({ x, y }: SweepRequest) =>
  PARAMETER_SPECS[x.name].stage === 'signals' && PARAMETER_SPECS[y.name].stage !== 'signals';

/** Cells of some rows, ordered so that those with the same signals follow one another. */
function* sweepCells(kernels: KernelModule, { ledger, request, rows }: SweepTask): Generator<SweepCell> {
  const { x, y, intervals } = request;
  const scorer = createScorer(ledger.events, intervals, { tolerance: TOLERANCE, from: ledger.reference.to });
  const scored = scorer.intervals.length > 0;
  const detector = createDetector(kernels);
  detector.load(ledger.events, ledger.coordinates, ledger.reference);
  const kinds = request.kinds && new Set(request.kinds);
  let signalsOf: string | null = null;
  const ys = y.values.slice(...rows);
  const order = byColumn(request)
    ? x.values.flatMap((a) => ys.map((b) => [a, b] as const))
    : ys.flatMap((b) => x.values.map((a) => [a, b] as const));
  for (const [a, b] of order) {
    const parsed = parseParameters({ ...request.parameters, [x.name]: a, [y.name]: b });
    if (!parsed.ok) {
      const problem = parsed.error.map((error) => `${error.name} ${error.problem}`).join('; ');
      yield {
        x: a,
        y: b,
        alerts: Number.NaN,
        precision: Number.NaN,
        recall: Number.NaN,
        f1: Number.NaN,
        medianDelay: Number.NaN,
        problem,
      };
      continue;
    }
    const parameters = parsed.value;
    const key = JSON.stringify(SIGNAL_PARAMETERS.map((name) => parameters[name]));
    if (key !== signalsOf) {
      detector.runSignals(parameters);
      signalsOf = key;
    }
    const alerts = detector.decide(parameters).alerts.filter((alert) => !kinds || kinds.has(alert.kind));
    const { precision, recall, f1, delay } = scorer.score(alerts);
    yield {
      x: a,
      y: b,
      alerts: alerts.length,
      precision: scored ? precision : Number.NaN,
      recall,
      f1,
      medianDelay: delay.median,
      problem: null,
    };
  }
}

function requireSweepable({ x, y }: SweepRequest): void {
  if (x.name === y.name) throw refused(x.name, 'stands on both axes', 'Choose two different parameters');
  for (const { name, values } of [x, y]) {
    const spec = PARAMETER_SPECS[name];
    if (spec.type !== 'number') throw refused(name, 'is not a number', 'Choose a parameter with a slider');
    if (spec.stage === 'projection')
      throw refused(
        name,
        'would need another projection for every cell',
        'Sweep it by analysing again with each value',
      );
    if (spec.stage === 'changes')
      throw refused(
        name,
        'belongs to style, meaning and behaviour, which a sweep does not judge',
        'Sweep a parameter of the other detectors',
      );
    if (values.length === 0 || new Set(values).size !== values.length)
      throw refused(name, `has ${values.length} values, some of them twice or none`, 'Give different values');
  }
}

const refused = (name: string, problem: string, advice: string) =>
  new TautlineFailure({ kind: 'parameter', name, problem, advice });

/**
 * `count` values of a parameter from `min` to `max`, in equal steps or ratios as its slider has; whole numbers where it
 * takes those.
 */
export function sweepValues(name: ParameterName, min: number, max: number, count: number): number[] {
  const spec = PARAMETER_SPECS[name];
  const log = spec.type === 'number' && spec.scale === 'log' && min > 0;
  const at = (share: number) => (log ? min * (max / min) ** share : min + (max - min) * share);
  const values = Array.from({ length: count }, (_, i) => at(count > 1 ? i / (count - 1) : 0));
  const tidy = values.map((value) =>
    spec.type === 'number' && spec.integer ? Math.round(value) : Number(value.toPrecision(6)),
  );
  return [...new Set(tidy)];
}
