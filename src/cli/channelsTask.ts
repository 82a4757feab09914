import { basename, resolve } from 'node:path';
import type { StatedMapping } from '../core/statedMapping.ts';
import { comparedChannels } from '../analysis/comparedChannels.ts';
import { channelReport, type ChannelReport } from '../detection/lab/channels.ts';
import { labelledIntervals, readLabels } from '../detection/lab/labels.ts';
import { checkTruth, judgeByTruth, type LedgerOutcome, type Truth } from '../detection/lab/truth.ts';
import type { Parameters } from '../detection/parameters.ts';
import { openSession } from './session.ts';

/** The name of a ledger, as other files speak of it. */
export const ledgerName = (path: string): string => basename(resolve(path));

interface NamedFile<T> {
  /** Its name, for messages. */
  readonly file: string;
  readonly content: T;
}

/** One ledger on which channels are compared: plain, so that it crosses to a worker. */
export interface LedgerTask {
  readonly path: string;
  readonly parameters: Parameters;
  readonly budgets: readonly number[];
  readonly stated: StatedMapping | undefined;
  /** What happens in the ledger; null: its labels say. */
  readonly truth: NamedFile<Truth> | null;
  /** A file of labels as text; null: the label column. */
  readonly labels: NamedFile<string> | null;
}

/** By budget, what channels made of a ledger: of its streams, or by what is known to happen. */
type LedgerChannels =
  | { readonly by: 'labels'; readonly reports: readonly (readonly ChannelReport[])[] }
  | { readonly by: 'truth'; readonly outcomes: readonly LedgerOutcome[] };

export interface LedgerResult {
  readonly ledger: string;
  readonly events: number;
  /** Labels that could not be used, and why. */
  readonly leftOut: readonly string[];
  readonly channels: LedgerChannels;
}

export async function compareOn(task: LedgerTask): Promise<LedgerResult> {
  const { path, budgets, stated, truth, labels } = task;
  const name = ledgerName(path);
  const reference = truth?.content.reference;
  const parameters: Parameters = {
    ...task.parameters,
    false_alarm_budget: budgets[0],
    ...(reference === undefined ? {} : { reference_range: [0, reference] as const }),
  };
  const session = await openSession([path], parameters, {
    stated,
    comparedWith: parameters,
    embedderReference: reference,
  });
  const { ledger, analysis } = session;
  const { events } = analysis;
  if (truth) checkTruth(truth.content, events, truth.file);
  const byBudget = await comparedChannels(session, budgets);
  const result = { ledger: name, events: events.n };
  if (truth) {
    const outcomes = byBudget.map((channels) => judgeByTruth(name, truth.content, events, channels));
    return { ...result, leftOut: [], channels: { by: 'truth', outcomes } };
  }
  const read = labels && readLabels(labels.content, labels.file, events, { ledger: name });
  const intervals = read?.intervals ?? labelledIntervals(ledger.columns.label, events);
  const reports = byBudget.map((channels) =>
    channels.map((one) => channelReport(one, events, analysis.reference, intervals, parameters)),
  );
  return { ...result, leftOut: read?.leftOut ?? [], channels: { by: 'labels', reports } };
}
