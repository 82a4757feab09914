import { availableParallelism } from 'node:os';
import { formatCount, formatDuration } from '../core/format.ts';
import { readTruth, truthOf } from '../detection/lab/truth.ts';
import { checkParameter } from '../detection/parameters.ts';
import { nodeWorker } from '../workers/service/nodeWorker.node.ts';
import { createWorkerPool } from '../workers/service/workerPool.ts';
import { comparisonOf, type Comparison } from './channelsComparison.ts';
import { compareOn, ledgerName, type LedgerResult, type LedgerTask } from './channelsTask.ts';
import { labelLines, truthLines } from './channelsText.ts';
import { readText } from './files.ts';
import { MAP_OPTIONS, readMapping } from './mapping.ts';
import { decimal, readOptions, refused, requireLedgers, wholeNumber } from './options.ts';
import { intoFile } from './output.ts';
import { readParameters } from './parameters.ts';
import { print, printJson, printProgress } from './print.ts';
import { startThread } from './workerThread.ts';

const MOST_WORKERS = 256;

/**
 * `tautline channels`: which changes each channel finds, and what it raises without one, with the limits that
 * false-alarm budgets give it. What happens in a ledger its labels say, or a file of truth.
 * @returns the exit status
 */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = readOptions(args, {
    budget: { type: 'string', multiple: true },
    params: { type: 'string' },
    labels: { type: 'string' },
    truth: { type: 'string' },
    set: { type: 'string', multiple: true },
    workers: { type: 'string' },
    json: { type: 'boolean', default: false },
    out: { type: 'string' },
    ...MAP_OPTIONS,
  });
  if (values.truth !== undefined && values.labels !== undefined)
    throw refused('--truth', 'does not go with --labels', 'Give one of them');
  const stated = await readMapping(values);
  const paths = requireLedgers(positionals, 'Give one or more files; each is a ledger of its own');
  const parameters = await readParameters(values.params, settings(values.set ?? []));
  const budgets = values.budget === undefined ? [parameters.false_alarm_budget] : budgetsOf(values.budget);
  const workers = wholeNumber('--workers', values.workers, 1, MOST_WORKERS) ?? availableParallelism();
  const truthFile = values.truth;
  if (truthFile !== undefined && parameters.reference_range !== null)
    throw refused('reference_range', 'does not go with --truth', 'Leave it out: the file of truth says the reference');
  const truth = truthFile === undefined ? null : readTruth(await readText(truthFile), truthFile);
  const labels = values.labels === undefined ? null : { file: values.labels, content: await readText(values.labels) };
  const tasks = paths.map((path) => ({
    path,
    parameters,
    budgets,
    stated,
    truth: truth && { file: truthFile!, content: truthOf(truth, ledgerName(path), truthFile!) },
    labels,
  }));
  const inputs = [...paths, values.params, values.labels, truthFile, values.mapping].filter(
    (path) => path !== undefined,
  );
  await intoFile(values.out, inputs, async (write) => {
    const comparison = comparisonOf(parameters, budgets, await compareAll(tasks, workers));
    if (values.json) printJson(comparison);
    else for (const line of linesOf(comparison)) print(line);
    await write(`${JSON.stringify(comparison, null, 1)}\n`);
  });
  return 0;
}

/** Results are in the order of the ledgers. */
async function compareAll(tasks: readonly LedgerTask[], workers: number): Promise<LedgerResult[]> {
  const onResult = progressLine(tasks.length);
  const size = Math.min(workers, tasks.length);
  if (size === 1) {
    const results: LedgerResult[] = [];
    for (const task of tasks) {
      results.push(await compareOn(task));
      onResult();
    }
    return results;
  }
  const pool = createWorkerPool<LedgerTask, LedgerResult>({
    name: 'channels',
    entry: () => nodeWorker(startThread(new URL('./channelsWorker.ts', import.meta.url))),
    size,
    advice: 'Run fewer workers (--workers), or fewer ledgers',
  });
  try {
    return await pool.map(tasks, { onResult });
  } finally {
    pool.dispose();
  }
}

function progressLine(of: number): () => void {
  const started = performance.now();
  let done = 0;
  return () => {
    const left = ((performance.now() - started) / ++done) * (of - done);
    printProgress(`${formatCount(done)} of ${formatCount(of)} ledgers, ${formatDuration(left)} left`, done === of);
  };
}

const linesOf = ({ budgets }: Comparison): string[] =>
  budgets.flatMap((one) => (one.groups === null ? labelLines(one) : truthLines(one, one.groups)));

/** name=value pairs as a parameter object; numbers and true, false are read as such. */
function settings(pairs: readonly string[]): Record<string, unknown> {
  const values = new Map<string, unknown>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw refused('--set', `is "${pair}"`, 'Give it as name=value, such as k=32');
    const name = pair.slice(0, at);
    if (values.has(name)) throw refused('--set', `names "${name}" twice`, 'Give each parameter once');
    const text = pair.slice(at + 1);
    values.set(name, text === 'true' ? true : text === 'false' ? false : numberOrText(text));
  }
  return Object.fromEntries(values);
}

const numberOrText = (text: string): number | string => (Number.isNaN(decimal(text)) ? text : decimal(text));

/** Budgets of repeated options, each of which may list several. */
function budgetsOf(texts: readonly string[]): number[] {
  const budgets = texts
    .flatMap((text) => text.split(','))
    .map((text) => {
      const budget = numberOrText(text.trim());
      const problem = checkParameter('false_alarm_budget', budget);
      if (problem !== null) throw refused('--budget', problem, 'Give events, such as 10000, or several: 2000,10000');
      return budget as number;
    });
  return [...new Set(budgets)];
}
