import { fitProjection, projectLedger } from '../analysis/projection.ts';
import type { RunLengthEstimate } from '../detection/lab/arl.ts';
import { deriveLimit } from '../detection/lab/budget.ts';
import { inControlOf } from '../detection/lab/inControl.ts';
import { DEFAULT_PARAMETERS } from '../detection/parameters.ts';
import { createDetector, referenceRange, heldStreams, selectStreams } from '../detection/pipeline.ts';
import type { KernelModule } from '../kernels/module.ts';
import { generateColumns } from './ledger.ts';
import { PROFILES } from './profiles.ts';
import { embeddingsOf, pickRows } from './source.ts';

/** What was stated of a limit from the reference alone, and what came of it in the rest of the same ledger. */
export interface Kept {
  readonly seed: number;
  readonly budget: number;
  readonly h: number;
  readonly stated: RunLengthEstimate;
  /** Events of a stream between two alarms, all of them false. */
  readonly realised: number;
  readonly alarms: number;
}

export interface CoveragePlan {
  readonly seed: number;
  /** Length of the ledger; all after the reference is what the statements are held against. */
  readonly events: number;
  readonly reference: number;
  readonly budgets: readonly number[];
}

/** Holds the statements on false alarms against a generated ledger in which nothing ever happens. */
export async function keptWord(
  kernels: KernelModule,
  { seed, events: n, reference, budgets }: CoveragePlan,
): Promise<Kept[]> {
  const p = { ...DEFAULT_PARAMETERS, reference_events: reference };
  const generated = generateColumns(kernels, { ...PROFILES.benign, events: n }, seed);
  const { events } = selectStreams(generated.columns, heldStreams(generated.columns, p.stream)!);
  const { range } = referenceRange(events.n, p);
  const source = embeddingsOf(generated);
  const { projection } = await fitProjection(
    kernels,
    { stream: events.stream, isVoid: events.isVoid },
    source,
    range,
    p.k,
  );
  const { k, x } = await projectLedger(kernels, projection, source, events.n);
  const detector = createDetector(kernels);
  detector.load(events, { k, x: pickRows(x, k, events.row) }, range);
  const signals = detector.runSignals(p);
  const calibration = detector.calibrate(p);
  const inControl = inControlOf(
    { events, signals, calibration, reference: range, parameters: p, alerts: [] },
    'reference',
  );
  return budgets.map((budget) => {
    const { value: h, estimate: stated } = deriveLimit(
      kernels,
      inControl.divergence,
      [{ kind: 'cusum', kappa: p.kappa, cap: p.cap }],
      budget,
      [1, 30],
    );
    const { cusum } = detector.decide({ ...p, h });
    return { seed, budget, h, stated, ...runLength(cusum, events.stream, range.to, h) };
  });
}

/** From the end of one alarm to the next; an alarm ends when the sum is 0. */
function runLength(
  cusum: Float64Array,
  stream: Int32Array,
  from: number,
  h: number,
): { readonly realised: number; readonly alarms: number } {
  const open = new Set<number>();
  let alarms = 0;
  let clear = 0;
  for (let i = from; i < cusum.length; i++) {
    const s = stream[i];
    if (Number.isNaN(cusum[i])) continue;
    if (open.has(s)) {
      if (cusum[i] === 0) open.delete(s);
      continue;
    }
    clear++;
    if (cusum[i] <= h) continue;
    alarms++;
    open.add(s);
  }
  return { realised: clear / alarms, alarms };
}

/** Of ledgers whose interval is called by its level, those in which the realised run length lies inside. */
export function coverage(kept: readonly Kept[]): { readonly stated: number; readonly covered: number } {
  const stated = kept.filter(({ stated: { level } }) => level !== null);
  const covered = stated.filter(
    ({ stated: { interval }, realised }) => interval[0] <= realised && realised <= interval[1],
  );
  return { stated: stated.length, covered: covered.length };
}
