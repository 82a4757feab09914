import { COMPARED_CHANNELS, type ChannelReport } from '../detection/lab/channels.ts';
import { countOutcomes, type GroupCount, type LedgerOutcome } from '../detection/lab/truth.ts';
import type { Parameters } from '../detection/parameters.ts';
import type { LedgerResult } from './channelsTask.ts';

/** What is written as JSON. */
export interface Comparison {
  readonly parameters: Parameters;
  readonly budgets: readonly BudgetComparison[];
}

export interface BudgetComparison {
  readonly budget: number;
  readonly ledgers: readonly LedgerComparison[];
  /** By what is known to happen in the ledgers; null where labels say it. */
  readonly groups: readonly GroupCount[] | null;
}

export interface LedgerComparison {
  readonly ledger: string;
  readonly events: number;
  readonly leftOut: readonly string[];
  /** One of them: of its streams, or by what is known to happen. */
  readonly channels: readonly ChannelReport[] | null;
  readonly outcome: LedgerOutcome | null;
}

export function comparisonOf(
  parameters: Parameters,
  budgets: readonly number[],
  results: readonly LedgerResult[],
): Comparison {
  return {
    parameters,
    budgets: budgets.map((budget, i) => {
      const ledgers = results.map(({ channels, ...result }) => ({
        ...result,
        channels: channels.by === 'labels' ? channels.reports[i] : null,
        outcome: channels.by === 'truth' ? channels.outcomes[i] : null,
      }));
      const outcomes = ledgers.map(({ outcome }) => outcome).filter((outcome) => outcome !== null);
      const groups = outcomes.length === 0 ? null : countOutcomes(outcomes, COMPARED_CHANNELS, budget);
      return { budget, ledgers, groups };
    }),
  };
}
