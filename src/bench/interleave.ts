import { median } from '../core/statistics.ts';

/** One implementation of a case, ready to run on its inputs again and again. */
export interface Subject {
  readonly name: string;
  /** Runs `times` times; milliseconds that all of them took. */
  run(times: number): number | Promise<number>;
  /** Rounds that it takes part in however slow it is; 0: a slow one is timed by its first run alone. */
  readonly least: number;
  /** Milliseconds of a run that was made before. */
  readonly first?: number;
}

export interface Scheduler {
  /** Rounds; each runs every subject once. */
  readonly runs: number;
  /**
   * A run shorter than this is repeated within its round until it is about as long, so that the clock can be trusted.
   */
  readonly shortest: number;
  /** Milliseconds for all rounds of one subject: a slow one takes part in fewer, down to its `least`. */
  readonly budget: number;
}

export interface Timing {
  readonly name: string;
  /** Median of its rounds, milliseconds a run. */
  readonly ms: number;
  readonly fastest: number;
  /** Rounds that it took part in. */
  readonly rounds: number;
  /** Runs within a round. */
  readonly times: number;
}

const WARM_UPS = 3;

/**
 * Times subjects in turn, A B C A B C ..., after a warm-up of each, so that whatever else slows the machine meets all
 * of them. Compare by ratios of medians.
 */
export async function interleave(
  subjects: readonly Subject[],
  { runs, shortest, budget }: Scheduler,
): Promise<Timing[]> {
  const plans: { subject: Subject; times: number; rounds: number; samples: number[] }[] = [];
  for (const subject of subjects) {
    let each = subject.first ?? (await subject.run(1));
    const cold = each;
    for (let i = 1; i < WARM_UPS && cold * i < budget / 4; i++) each = Math.min(each, await subject.run(1));
    const times = Math.max(1, Math.ceil(shortest / Math.max(each, shortest / 100_000)));
    // What is repeated often within a round was optimised by the engine only after the estimate.
    if (times > 1) each = (await subject.run(times)) / times;
    const fitting = Math.max(1, Math.ceil(shortest / Math.max(each, shortest / 100_000)));
    const rounds = Math.min(runs, Math.max(subject.least, Math.floor(budget / (each * fitting))));
    plans.push({ subject, times: fitting, rounds, samples: rounds < 1 ? [each] : [] });
  }
  for (let round = 0; round < runs; round++) {
    for (const { subject, times, rounds, samples } of plans)
      if (round < rounds) samples.push((await subject.run(times)) / times);
  }
  return plans.map(({ subject, times, samples }) => ({
    name: subject.name,
    ms: median(samples),
    fastest: Math.min(...samples),
    rounds: samples.length,
    times,
  }));
}
