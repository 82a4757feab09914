import type { LedgerColumns } from '../core/columns.ts';
import type { EmbeddedTexts, EmbeddingModel } from '../core/embeddingModel.ts';
import { counted, formatCount } from '../core/format.ts';
import { EMBEDDER_DIMENSION } from './embedder.ts';
import { PARTITION_TYPE, partitionsOf } from './hive.ts';
import type { LedgerFile } from './scan.ts';
import type { OpenReport } from './types.ts';

/** Names the columns that the paths hold. */
export function partitionNotes(files: readonly LedgerFile[]): string[] {
  const names = new Set(files.flatMap(({ reader }) => [...partitionsOf(reader.path).keys()]));
  if (names.size === 0) return [];
  const own = [...names].filter((name) =>
    files.some(({ reader }) => {
      const field = reader.fields.find((one) => one.name === name);
      return partitionsOf(reader.path).has(name) && field !== undefined && field.typeName !== PARTITION_TYPE;
    }),
  );
  const others = [...names].filter((name) => !own.includes(name));
  return [
    ...(others.length > 0 ? [`Partition columns from the paths: ${others.join(', ')}.`] : []),
    ...own.map((name) => {
      const stated = files.flatMap(({ reader }) => partitionsOf(reader.path).get(name) ?? []);
      const shown = `"${stated[0]}"${stated.length > 1 ? ', …' : ''}`;
      return `${name}: the paths say ${shown}, but the files hold that column themselves: theirs is used.`;
    }),
  ];
}

/** What is worth knowing of the columns: no drift, one stream. */
export function columnNotes(
  columns: LedgerColumns,
  embedder: OpenReport['embedder'],
  voidEvents: number,
  model: EmbeddingModel | undefined,
  embedded: EmbeddedTexts | undefined,
): string[] {
  const notes: string[] = [];
  const { n } = columns;
  if (embedder === 'built-in') {
    notes.push(
      'No embedding column: the text was embedded by the built-in embedder ' +
        `(hashed n-grams, ${EMBEDDER_DIMENSION} dimensions).`,
    );
  }
  if (model && embedded) notes.push(...embeddedNotes(model, embedded));
  if (embedder === 'none') notes.push('Neither embeddings nor text: every event is void, so no drift can be computed.');
  else if (voidEvents === n) {
    notes.push(
      `All ${counted(n, 'event')} are void (the ` +
        `${embedder === 'file' ? 'embedding is NULL' : 'text is empty'} throughout): no drift can be computed.`,
    );
  }
  for (const [name, column] of [
    ['provider_id', columns.provider],
    ['agent_id', columns.agent],
  ] as const) {
    const missing = column?.codes.reduce((sum, code) => sum + (code < 0 ? 1 : 0), 0) ?? 0;
    if (missing > 0) notes.push(`${counted(missing, 'event')} without ${name}.`);
  }
  const streams = (columns.provider ?? columns.agent)!;
  if (streams.values.length === 1)
    notes.push(
      `One ${columns.provider ? 'provider' : 'agent'} only ("${streams.values[0]}"): ` +
        `coupling between streams is not defined.`,
    );
  if (n === 1) notes.push('One event only: nothing can be compared.');
  return notes;
}

/** What a model made of the texts, and what of them it did not read. */
function embeddedNotes(
  { name, dimension, settings }: EmbeddingModel,
  { events, texts, inPieces, cut, computed, note }: EmbeddedTexts,
): string[] {
  const { limit, limitFrom, mostPieces } = settings;
  const kept = computed === texts ? '' : `, of which ${formatCount(texts - computed)} were kept from before`;
  return [
    `No embedding column: ${counted(events, 'event')} with ${counted(texts, 'different text')}${kept} were ` +
      `embedded by the model ${name} (${formatCount(dimension)} dimensions).`,
    ...(inPieces > 0
      ? [
          `${counted(inPieces, 'text')} longer than the ${formatCount(limit)} tokens that the model reads at once ` +
            `(by ${limitFrom}): read in pieces, whose vectors were averaged by their length.`,
        ]
      : []),
    ...(cut > 0
      ? [`${counted(cut, 'text')} longer than ${formatCount(mostPieces)} such pieces: the end was not read.`]
      : []),
    ...(note === undefined ? [] : [`${note}.`]),
  ];
}
