import { latin, type Format } from './format.ts';

const MAGIC = /^PAR[1E]$/;

export const parquet: Format = {
  id: 'parquet',
  label: 'Parquet',
  extensions: ['parquet', 'parq', 'pq'],
  content: 'binary',
  sniff: (head, tail) => MAGIC.test(latin(tail.subarray(-4))) || MAGIC.test(latin(head.subarray(0, 4))),
  open: async (file, platform) =>
    (await import('../parquet/reader.ts')).openParquet(file, await platform.parquet(), file.tail),
  survey: async (file, column, type) =>
    (await import('../parquet/reader.ts')).surveyParquet(file, file.tail, column, type),
};
