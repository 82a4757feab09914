import { once } from '../../core/once.ts';
import { isBinary, textOf, type Format } from './format.ts';
import { looksLikeJson } from './ndjson.ts';

const reader = once(() => import('./csvReader.ts'));

export const csv: Format = {
  id: 'csv',
  label: 'CSV',
  extensions: ['csv', 'tsv'],
  alsoNamed: ['txt'],
  content: 'text',
  sniff: (head) => !isBinary(head) && !looksLikeJson(textOf(head)),
  open: async (file) => (await reader()).openCsv(file),
};
