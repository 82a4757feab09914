import { couplingTwin } from './coupling/twin.ts';
import { displacementTwin } from './displacement/twin.ts';
import { latencyTwin } from './latency/twin.ts';
import type { StageId } from './table.ts';
import { trackerTwin } from './tracker/twin.ts';
import { transportTwin } from './transport/twin.ts';
import type { StageTwin } from './twin.ts';

/** The reference implementation of every stage; no part of the app. */
export const TWINS: { readonly [S in StageId]: StageTwin } = {
  latency: latencyTwin,
  tracker: trackerTwin,
  coupling: couplingTwin,
  transport: transportTwin,
  displacement: displacementTwin,
};
