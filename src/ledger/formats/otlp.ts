import { once } from '../../core/once.ts';
import type { Format } from './format.ts';

const reader = once(() => import('./otlpReader.ts'));

/** A field with a length that begins a message of OTLP, or such a message after its own length. */
const looksLikeOtlp = (head: Uint8Array): boolean =>
  head.length > 16 &&
  [0, 1, 2, 3, 4].some((at) => head[at] === 0x0a && [0x0a, 0x12].includes(afterVarint(head, at + 1)));

/** The byte after a number of up to 28 bits; -1 if none is there. */
function afterVarint(head: Uint8Array, at: number): number {
  for (let i = at; i < at + 4; i++) if (head[i] < 128) return head[i + 1] ?? -1;
  return -1;
}

/** OpenTelemetry traces as protobuf: one request, or several with their lengths before them. */
export const otlp: Format = {
  id: 'otlp',
  label: 'OTLP',
  extensions: ['otlp', 'pb', 'binpb'],
  content: 'binary',
  sniff: (head) => looksLikeOtlp(head),
  open: async (file, _, options) => (await reader()).openOtlp(file, options),
};
