import { Scheduler } from '../core/scheduler.ts';
import { changePower, type PowerInput } from '../detection/change/power.ts';
import type { ChannelPower } from '../detection/change/powerTypes.ts';
import {
  bandRunLength,
  operatingCharacteristics,
  type OperatingCharacteristics,
  type RunLengthEstimate,
} from '../detection/lab/arl.ts';
import { deriveLimits, type Budget, type DerivedLimits } from '../detection/lab/budget.ts';
import { runDelayTask, type DelayOutcome, type DelayTask } from '../detection/lab/delay.ts';
import type { InControl } from '../detection/lab/inControl.ts';
import { runSweepTask, type SweepCell, type SweepTask } from '../detection/lab/sweep.ts';
import type { Parameters } from '../detection/parameters.ts';
import type { KernelModule } from '../kernels/module.ts';

/** What a worker of the laboratory does. */
export type LabTask =
  | { readonly kind: 'falseAlarms'; readonly inControl: InControl; readonly parameters: Parameters }
  | { readonly kind: 'band'; readonly inControl: InControl; readonly parameters: Parameters }
  | { readonly kind: 'limits'; readonly inControl: InControl; readonly parameters: Parameters; readonly budget: Budget }
  | { readonly kind: 'delay'; readonly task: DelayTask }
  | { readonly kind: 'sweep'; readonly task: SweepTask }
  | { readonly kind: 'changePower'; readonly input: PowerInput };

/** What each kind of task is answered with. */
export interface LabAnswers {
  readonly falseAlarms: OperatingCharacteristics;
  readonly band: RunLengthEstimate;
  readonly limits: DerivedLimits;
  readonly delay: DelayOutcome;
  readonly sweep: readonly SweepCell[];
  readonly changePower: ChannelPower;
}
export type LabAnswer = LabAnswers[keyof LabAnswers];

/**
 * A detector takes memory for a whole ledger, which a fresh instance gives back; simulations need little and share one.
 */
export function runLabTask(kernels: KernelModule, task: LabTask): LabAnswer | Promise<LabAnswer> {
  switch (task.kind) {
    case 'falseAlarms':
      return operatingCharacteristics(kernels, task.inControl, task.parameters);
    case 'band':
      return bandRunLength(kernels, task.inControl, task.parameters);
    case 'limits':
      return deriveLimits(kernels, task.inControl, task.budget, task.parameters);
    case 'delay':
      return runDelayTask(kernels.fork(), task.task);
    case 'sweep':
      return runSweepTask(kernels.fork(), task.task);
    case 'changePower':
      return changePower(kernels, task.input, new Scheduler('Measuring what would be found', {}));
  }
}
