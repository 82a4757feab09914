import { once } from '../../core/once.ts';
import { isBinary, textOf, type Format } from './format.ts';

/** Begins each value of a JSON text sequence. */
const SEPARATOR = '\x1e';

/** True if a text begins with a JSON object, or an array of objects or arrays. */
export const looksLikeJson = (text: string): boolean =>
  /^\{|^\[\s*[[{\]]/.test(text.startsWith(SEPARATOR) ? text.slice(1) : text);

const reader = once(() => import('./ndjsonReader.ts'));

/** One JSON object a line, or one JSON array of objects. */
export const ndjson: Format = {
  id: 'ndjson',
  label: 'NDJSON',
  extensions: ['ndjson', 'jsonl', 'json', 'traj'],
  alsoNamed: ['log'],
  content: 'text',
  sniff: (head) => !isBinary(head) && looksLikeJson(textOf(head)),
  open: async (file, _, options) => (await reader()).openNdjson(file, options),
};
