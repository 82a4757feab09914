import type { OnProgress } from '../../core/progress.ts';
import { TautlineFailure, toTautlineError } from '../../core/errors.ts';
import { changeChannelOf } from '../../detection/channels/table.ts';
import type { FieldColumn, InvestigationSubject } from '../../detection/drilldown/investigate/columns.ts';
import type { Examined } from '../../detection/drilldown/investigate/tasks.ts';
import { conclude, type TestOutcome } from '../../detection/drilldown/investigate/investigation.ts';
import { planInvestigation } from '../../detection/drilldown/investigate/plan.ts';
import type { TestTask } from '../../detection/drilldown/investigate/tasks.ts';
import type { Investigation } from '../../detection/drilldown/types.ts';
import type { Parameters } from '../../detection/parameters.ts';
import type { WorkerPool } from '../../workers/service/workerPool.ts';
import type { InvestigationColumns } from '../../workers/drilldown.ts';
import type { EngineApi } from '../../workers/protocol.ts';
import type { Tables } from '../tables.ts';
import { columnsSql, fieldsSql } from './sql.ts';

export type Investigators = Pick<WorkerPool<TestTask, Examined>, 'map'>;

export interface InvestigationSession {
  readonly engine: Pick<EngineApi, 'investigationColumns' | 'whatChanged'>;
  readonly tables: Pick<Tables, 'query'>;
  readonly investigators: Investigators;
}

export interface InvestigationOptions {
  readonly ledger: { readonly name: string; readonly fingerprint: string };
  readonly parameters: Parameters;
  /** 1 by default: the same alert gives the same p-values. */
  readonly seed?: number;
  readonly permutations?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

const PERMUTATIONS = 1999;

/**
 * Examines an alert or a stretch from every side in parallel. A test that throws, or whose worker dies twice, is
 * reported as failed; the others go on.
 * @throws TautlineFailure of kind cancelled after an abort; of kind ledger where there is too little to compare
 */
export async function investigate(
  { engine, tables, investigators }: InvestigationSession,
  subject: InvestigationSubject,
  options: InvestigationOptions,
): Promise<Investigation> {
  const { seed = 1, permutations = PERMUTATIONS, signal, onProgress } = options;
  const startedAt = new Date();
  const begun = performance.now();
  const columns = await engine.investigationColumns(subject);
  const changed =
    subject.kind === 'stretch' || !columns.alert || changeChannelOf(columns.alert.kind) === null
      ? null
      : await engine.whatChanged(subject.alert, onProgress ?? (() => undefined));
  const fields = await readFields(tables, columns);
  throwIfAborted(signal);
  const tasks = planInvestigation(columns, fields, { seed, permutations });
  let done = 0;
  const outcomes = await Promise.all(
    tasks.map(async (task): Promise<TestOutcome> => {
      const from = performance.now();
      const outcome = await investigators.map([task], { phase: task.title, signal }).then(
        ([examined]) => ({ examined }),
        (thrown: unknown) => ({ thrown }),
      );
      done += 1;
      if (!signal?.aborted) onProgress?.({ phase: 'Investigating', fraction: done / tasks.length, detail: task.title });
      return { task, ms: Math.round(performance.now() - from), ...outcome };
    }),
  );
  throwIfAborted(signal);
  return conclude(
    {
      alert: columns.alert,
      stream: columns.stream,
      windows: columns.windows,
      changed,
      ledger: options.ledger,
      parameters: options.parameters,
      seed,
      permutations,
      startedAt,
      ms: Math.round(performance.now() - begun),
    },
    outcomes,
  );
}

/** Every column of the ledger at the events of the baseline, then at those of the window. */
async function readFields(tables: Pick<Tables, 'query'>, { part, row }: InvestigationColumns): Promise<FieldColumn[]> {
  const kinds = (await tables.query(columnsSql)).flatMap(({ name, type }) => {
    const kind = kindOf(type as string);
    return kind && name !== 'row' ? [{ name: name as string, kind }] : [];
  });
  const wanted = [0, 1].flatMap((side) => [...row.filter((_, i) => part[i] === side)]);
  const found = await tables.query(
    fieldsSql(
      kinds.map(({ name }) => name),
      wanted,
    ),
  );
  const byRow = new Map(found.map((one) => [Number(one.row), one]));
  return kinds.map(({ name, kind }) => ({ name, kind, values: wanted.map((at) => byRow.get(at)?.[name] ?? null) }));
}

const NUMBERS = /^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT|FLOAT|DOUBLE|DECIMAL)/;

/** How a column of a DuckDB type is compared; null = not at all. */
function kindOf(type: string): FieldColumn['kind'] | null {
  if (NUMBERS.test(type)) return 'number';
  return /^(VARCHAR|BOOLEAN|ENUM)/.test(type) ? 'category' : null;
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new TautlineFailure(toTautlineError(new DOMException('', 'AbortError'), 'Investigating'));
}
