import type { Case } from '../bench.ts';
import { ANALYSIS_CASES } from './analysis.ts';
import { CHANGE_CASES } from './change.ts';
import { EMBEDDING_CASES } from './embeddings.ts';
import { PIPELINE_CASES } from './pipeline.ts';
import { STYLE_CASE } from './style.ts';

/** Everything that is timed, stages first. */
export const CASES: readonly Case[] = [
  ...PIPELINE_CASES,
  ...EMBEDDING_CASES,
  STYLE_CASE,
  ...CHANGE_CASES,
  ...ANALYSIS_CASES,
];
