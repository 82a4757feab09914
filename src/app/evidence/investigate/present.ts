import { formatNumber } from '../../../core/format.ts';
import type { EffectSize, TestRun, Hypothesis } from '../../../detection/drilldown/types.ts';

/** p-values that a table tells apart at this many digits; below the least a permutation test can give, "under". */
export function formatP(p: number, permutations: number): string {
  const least = 1 / (permutations + 1);
  if (p <= least * 1.000001) return `≤ ${formatNumber(least, 1)}`;
  return p >= 0.995 ? '1' : formatNumber(p, 2);
}

const SIGNIFICANT = 0.05;

/**
 * How strong an association is, in words: thresholds of Romano et al. 2006 for Cliff's delta, of Cohen 1988 for
 * Cramér's V.
 */
export function strengthOf({ measure, value }: EffectSize): 'negligible' | 'small' | 'medium' | 'large' {
  const size = Math.abs(value);
  const [small, medium, large] = measure === "Cliff's delta" ? [0.147, 0.33, 0.474] : [0.1, 0.3, 0.5];
  return size < small ? 'negligible' : size < medium ? 'small' : size < large ? 'medium' : 'large';
}

export interface Split {
  readonly standing: readonly Hypothesis[];
  readonly others: readonly Hypothesis[];
}

/** Hypotheses that are significant after the correction (Holm), and the rest, in their order. */
export const splitByP = (hypotheses: readonly Hypothesis[]): Split => ({
  standing: hypotheses.filter(({ pAdjusted }) => pAdjusted <= SIGNIFICANT),
  others: hypotheses.filter(({ pAdjusted }) => !(pAdjusted <= SIGNIFICANT)),
});

/** Where else an test's evidence can be seen. */
export type EvidencePlace = 'words' | 'conversation' | 'agents' | 'transport' | null;

/** The part of the evidence that shows more of what an test looked at; null if its events say all. */
export function placeOf(test: string): EvidencePlace {
  if (/word/i.test(test)) return 'words';
  if (/hand-?off|thread/i.test(test)) return 'conversation';
  if (/agent/i.test(test)) return 'agents';
  return null;
}

export const STATUS_MARK: Readonly<Record<TestRun['status'], string>> = {
  done: '✓',
  failed: '✕',
  'nothing to examine': '–',
};
