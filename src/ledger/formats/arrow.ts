import { once } from '../../core/once.ts';
import { latin, type Format } from './format.ts';

const FILE_MAGIC = 'ARROW1';
/** A stream begins with the marker of its first message. */
const CONTINUATION = '\xff\xff\xff\xff';

const reader = once(() => import('./arrowReader.ts'));

/** Arrow IPC: a file (also called Feather V2) or a stream. */
export const arrow: Format = {
  id: 'arrow',
  label: 'Arrow',
  extensions: ['arrow', 'arrows', 'feather', 'ipc'],
  content: 'binary',
  sniff: (head) => latin(head.subarray(0, 6)) === FILE_MAGIC || latin(head.subarray(0, 4)) === CONTINUATION,
  open: async (file) => (await reader()).openArrow(file),
};
