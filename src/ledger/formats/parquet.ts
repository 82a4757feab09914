import { once } from '../../core/once.ts';
import { latin, type Format } from './format.ts';

const MAGIC = /^PAR[1E]$/;
const endsSo = (tail: Uint8Array): boolean => MAGIC.test(latin(tail.subarray(-4)));

const reader = once(() => import('../parquet/reader.ts'));

export const parquet: Format = {
  id: 'parquet',
  label: 'Parquet',
  extensions: ['parquet', 'parq', 'pq'],
  content: 'binary',
  sniffTail: endsSo,
  sniff: (head, tail) => endsSo(tail) || MAGIC.test(latin(head.subarray(0, 4))),
  open: async (file, platform) => {
    const [{ openParquet }, parquet, lists] = await Promise.all([
      reader(),
      platform.parquet(),
      platform.listDecoder?.() ?? null,
    ]);
    return openParquet(file, parquet, file.tail, lists);
  },
  survey: async (file, column, type) => (await reader()).surveyParquet(file, file.tail, column, type),
  prepare: reader,
};
