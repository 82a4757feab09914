import { couplingStage } from './coupling/stage.ts';
import { displacementStage } from './displacement/stage.ts';
import { latencyStage } from './latency/stage.ts';
import type { SignalStage } from './stage.ts';
import type { StageId } from './table.ts';
import { trackerStage } from './tracker/stage.ts';
import { transportStage } from './transport/stage.ts';

/** Every kernel of the signals stage. */
export const STAGES: { readonly [S in StageId]: SignalStage } = {
  latency: latencyStage,
  tracker: trackerStage,
  coupling: couplingStage,
  transport: transportStage,
  displacement: displacementStage,
};
