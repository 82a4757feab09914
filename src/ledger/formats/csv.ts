import { isBinary, textOf, type Format } from './format.ts';
import { looksLikeJson } from './ndjson.ts';

export const csv: Format = {
  id: 'csv',
  label: 'CSV',
  extensions: ['csv', 'tsv'],
  alsoNamed: ['txt'],
  content: 'text',
  sniff: (head) => !isBinary(head) && !looksLikeJson(textOf(head)),
  open: async (file) => (await import('./csvReader.ts')).openCsv(file),
};
