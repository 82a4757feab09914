import { explain, toTautlineError } from '../../../core/errors.ts';
import { formatCount } from '../../../core/format.ts';
import type { Parameters } from '../../parameters.ts';
import type { Alert } from '../../types.ts';
import type { WhatChanged } from '../changed/types.ts';
import type { TestRun, Hypothesis, Investigation, InvestigationWindows, SmallestEffect } from '../types.ts';
import type { Examined } from './tasks.ts';
import { holm } from './permutation.ts';
import { ALPHA } from './smallest.ts';
import type { TestTask } from './tasks.ts';

/** What became of one test. */
export type TestOutcome =
  | { readonly task: TestTask; readonly ms: number; readonly examined: Examined }
  | { readonly task: TestTask; readonly ms: number; readonly thrown: unknown };

export interface InvestigationFrame {
  /** Null of a stretch. */
  readonly alert: Alert | null;
  readonly stream: string;
  readonly windows: InvestigationWindows;
  readonly changed: WhatChanged | null;
  readonly ledger: { readonly name: string; readonly fingerprint: string };
  readonly parameters: Parameters;
  readonly seed: number;
  readonly permutations: number;
  readonly startedAt: Date;
  readonly ms: number;
}

/** Puts the outcomes together: corrected for all looks, ranked, with failed tests shown as failed. */
export function conclude(frame: InvestigationFrame, outcomes: readonly TestOutcome[]): Investigation {
  const findings = outcomes.flatMap((outcome) => ('examined' in outcome ? outcome.examined.findings : []));
  const adjusted = holm(findings.map(({ p }) => p));
  const hypotheses = findings
    .map((finding, i): Hypothesis => ({ ...finding, pAdjusted: adjusted[i] }))
    .sort(byStrength);
  const { alert } = frame;
  const failed = outcomes.filter((outcome) => 'thrown' in outcome).length;
  return {
    format: 'tautline-investigation',
    version: 2,
    ledger: frame.ledger,
    parameters: frame.parameters,
    stream: frame.stream,
    alert: alert && {
      kind: alert.kind,
      stream: frame.stream,
      onset: alert.onset,
      fired: alert.fired,
      cleared: alert.resolved,
    },
    windows: frame.windows,
    changed: frame.changed,
    seed: frame.seed,
    permutations: frame.permutations,
    hypotheses,
    tests: outcomes.map(runOf),
    smallest: smallestSentences(findings),
    looks: findings.length,
    startedAt: frame.startedAt.toISOString(),
    ms: frame.ms,
    notes: [
      `Association in time only: what changed together with the ${alert ? 'alert' : 'stretch'}. ` +
        'Nothing here says what brought what about.',
      `p-values come from ${formatCount(frame.permutations)} permutations of blocks of neighbouring events, ` +
        'so that runs of similar events do not count as evidence each; ' +
        `they are corrected for ${formatCount(findings.length)} looks (Holm).`,
      ...(alert
        ? []
        : [
            'A signal carries what came before it. Between two stretches of a real conversation signals often differ ' +
              'where nothing has changed: take them as where to look.',
          ]),
      ...(failed > 0
        ? [`${formatCount(failed)} of ${formatCount(outcomes.length)} tests failed; the others are complete.`]
        : []),
    ],
  };
}

const COMPARISONS: Readonly<Record<SmallestEffect['of'], string>> = {
  numbers: 'Numbers',
  categories: 'Categories',
  words: 'Words',
};

/** What could have been shown, by the middle one of the looks of a kind. */
function smallestSentences(findings: readonly Pick<Hypothesis, 'smallest'>[]): string[] {
  return (['numbers', 'categories', 'words'] as const).flatMap((kind) => {
    const own = findings.flatMap(({ smallest }) => (smallest?.of === kind ? [smallest] : []));
    if (own.length === 0) return [];
    const size = ({ value }: SmallestEffect) => value ?? Infinity;
    const middle = own.sort((a, b) => size(a) - size(b))[(own.length - 1) >> 1];
    const blind = own.filter(({ value }) => value === null).length;
    const name = COMPARISONS[kind];
    if (middle.value === null)
      return [`${name}: ${own.length === 1 ? 'no' : 'most could show no'} difference, however large.`];
    const looks = own.length > 1 ? ` (the middle one of ${formatCount(own.length)} looks)` : '';
    const not = blind > 0 ? ` ${formatCount(blind)} could show no difference, however large.` : '';
    return [`${name}: ${middle.text} or more${looks}.${not}`];
  });
}

/** Those that stand after correction first, then by the size of the effect. */
function byStrength(a: Hypothesis, b: Hypothesis): number {
  const stands = (h: Hypothesis) => (h.pAdjusted <= ALPHA ? 1 : 0);
  return stands(b) - stands(a) || Math.abs(b.effect.value) - Math.abs(a.effect.value) || a.p - b.p;
}

function runOf(outcome: TestOutcome): TestRun {
  const {
    task: { test, title, seed },
    ms,
  } = outcome;
  if ('thrown' in outcome)
    return {
      test,
      title,
      seed,
      ms,
      status: 'failed',
      reason: explain(toTautlineError(outcome.thrown, title)),
      looks: 0,
    };
  const { findings, nothing } = outcome.examined;
  const leftOut =
    outcome.task.kind === 'comparison' && outcome.task.leftOut.length > 0
      ? `Not compared: ${outcome.task.leftOut.join('; ')}.`
      : null;
  return {
    test,
    title,
    seed,
    ms,
    status: findings.length > 0 ? 'done' : 'nothing to examine',
    reason: nothing ?? leftOut,
    looks: findings.length,
  };
}
