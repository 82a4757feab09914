import type { DictionaryColumn } from '../core/columns.ts';
import { LEDGER_SCHEMA, type LedgerColumnName } from '../core/ledgerSchema.ts';
import { NO_STREAM } from '../core/streamKey.ts';
import type { LiveAlert } from '../detection/files/commit.ts';
import { bundleFromJson, type Bundle } from '../detection/lab/bundle.ts';
import { openJudge, type JudgedEvent, type JudgeState } from '../detection/liveJudge.ts';
import type { KernelModule } from '../kernels/module.ts';
import { openForAnalysis } from '../analysis/open.ts';
import { convertLedger } from '../ledger/convert.ts';
import type { Platform } from '../ledger/platform.ts';
import type { NamedBlob, OpenedLedger } from '../ledger/types.ts';
import { question, type ApiOf } from './service/contract.ts';

/** What a commit says of its events, as far as it can be computed again. */
export interface Claimed {
  readonly number: number;
  readonly opened: readonly LiveAlert[];
  readonly closed: readonly LiveAlert[];
}

/** What runs in the worker that follows a live ledger. */
export const LIVE_CONTRACT = {
  /**
   * Some files of a ledger as fewer: Parquet by provider and hour, or as few as they fit into.
   * @param folder that the paths begin with
   */
  merge: question<(files: readonly NamedBlob[], folder: string, partition: boolean) => Promise<readonly NamedBlob[]>>({
    doing: 'merging files',
  }),
  /** Starts the detector from what the sink has saved of its own. */
  judgeFrom: question<(bundle: string, state: string) => Promise<void>>({ doing: 'starting the detector' }),
  /**
   * Feeds the events of a commit to the detector.
   * @returns sentences about what it raises and the commit does not, or the other way round; null: it was not started
   */
  judge: question<(files: readonly NamedBlob[], claimed: Claimed) => Promise<readonly string[] | null>>({
    doing: 'judging what came',
  }),
};

export type LiveTask = ApiOf<typeof LIVE_CONTRACT>;

interface Surroundings {
  readonly platform: Platform;
  loadKernels(): Promise<KernelModule>;
}

export function liveTask({ platform, loadKernels }: Surroundings): LiveTask {
  let judge: ReturnType<typeof openJudge> | null = null;
  let bundle: Bundle | null = null;
  let merges = 0;

  const open = (files: readonly NamedBlob[]): Promise<OpenedLedger> =>
    openForAnalysis({ kind: 'files', files }, null, { platform, sink: 'later' });

  return {
    async merge(files, folder, partition) {
      const made: NamedBlob[] = [];
      const before = `${folder}/`;
      const name = `merged-${merges++}.parquet`;
      await convertLedger(
        await open(files),
        (path, bytes) => {
          const place = partition ? path.replace(/[^/]*$/, '') + name : path;
          made.push({ path: before + place, blob: new Blob([bytes.slice()]) });
          return Promise.resolve();
        },
        { platform, partition },
      );
      return made;
    },

    async judgeFrom(text, state) {
      bundle = bundleFromJson(text, 'the bundle in force');
      const saved = (JSON.parse(state) as { readonly judge: JudgeState }).judge;
      judge = openJudge(await loadKernels(), bundle, '', saved);
    },

    async judge(files, { number, opened, closed }) {
      if (!judge || !bundle) return null;
      const own = { opened: [] as LiveAlert[], closed: [] as LiveAlert[] };
      for (const event of files.length === 0 ? [] : await eventsOf(await open(files), bundle)) {
        const judged = judge.push(event);
        own.opened.push(...(judged?.opened ?? []));
        own.closed.push(...(judged?.closed ?? []));
      }
      return [...difference(number, 'opens', opened, own.opened), ...difference(number, 'closes', closed, own.closed)];
    },
  };
}

function difference(
  commit: number,
  does: string,
  said: readonly LiveAlert[],
  computed: readonly LiveAlert[],
): readonly string[] {
  const textOf = ({ kind, stream, onset, fired, cleared }: LiveAlert): string =>
    `${kind} of ${stream}, onset ${onset}, fired ${fired}${cleared === null ? '' : `, cleared ${cleared}`}`;
  const [theirs, own] = [new Set(said.map(textOf)), new Set(computed.map(textOf))];
  return [
    ...[...own]
      .filter((text) => !theirs.has(text))
      .map((text) => `This tab ${does} ${text}; commit ${commit} does not`),
    ...[...theirs]
      .filter((text) => !own.has(text))
      .map((text) => `Commit ${commit} ${does} ${text}; this tab does not`),
  ];
}

/** The events of some files in the order of the ledger. */
async function eventsOf(ledger: OpenedLedger, bundle: Bundle): Promise<readonly JudgedEvent[]> {
  const { columns, embeddings, report, messages } = ledger;
  const streams = await streamsOf(ledger, bundle.parameters.stream);
  const vectors = new Map<number, Float32Array>();
  if (report.embedder === 'file' && embeddings)
    for await (const batch of embeddings.batches({}))
      batch.rows.forEach((row, i) =>
        vectors.set(row, batch.vectors.slice(i * embeddings.dimension, (i + 1) * embeddings.dimension)),
      );
  const known = new Set(messages.columns.map(({ name }) => name));
  const features = (bundle.baseline.behaviour?.features ?? []).map(({ column }) => column);
  const names = [...new Set(['text', 'role', ...features])].filter((name) => known.has(name));
  const said = new Map<number, Readonly<Record<string, number | string | null>>>();
  if (names.length > 0)
    for await (const { rows, values } of messages.read(names, {}))
      rows.forEach((row, i) => said.set(row, Object.fromEntries(names.map((name) => [name, values[name][i]]))));
  return Array.from({ length: columns.n }, (_, row) => ({
    id: Number(columns.eventId[row]),
    stream: streams(row) ?? NO_STREAM,
    time: columns.time[row],
    thread: valueAt(columns.thread, row),
    instantiation: valueAt(columns.instantiation, row),
    latency: columns.latency[row],
    embedding: vectors.get(row) ?? null,
    text: (said.get(row)?.text as string | null | undefined) ?? null,
    role: (said.get(row)?.role as string | null | undefined) ?? null,
    values: said.get(row) ?? {},
  }));
}

const valueAt = (column: DictionaryColumn | null, row: number): string | null =>
  column && column.codes[row] >= 0 ? column.values[column.codes[row]] : null;

/** The stream of each row, as the sink takes it. */
async function streamsOf(ledger: OpenedLedger, key: string): Promise<(row: number) => string | null> {
  if (key === 'ledger') return () => 'ledger';
  const schema = LEDGER_SCHEMA[key as LedgerColumnName] as { readonly key: string; readonly role: string } | undefined;
  const own =
    schema?.role === 'dictionary'
      ? ledger.columns[schema.key as 'provider']
      : ((await ledger.streamColumn(key))?.column ?? null);
  return (row) => valueAt(own, row);
}
