import { couplingReference } from './coupling/referenceImplementation.ts';
import { displacementReference } from './displacement/referenceImplementation.ts';
import { latencyReference } from './latency/referenceImplementation.ts';
import type { StageId } from './table.ts';
import { trackerReference } from './tracker/referenceImplementation.ts';
import { transportReference } from './transport/referenceImplementation.ts';
import type { StageReferenceImplementation } from './referenceImplementation.ts';

/** The reference implementation of every stage; no part of the app. */
export const REFERENCE_IMPLEMENTATIONS: { readonly [S in StageId]: StageReferenceImplementation } = {
  latency: latencyReference,
  tracker: trackerReference,
  coupling: couplingReference,
  transport: transportReference,
  displacement: displacementReference,
};
