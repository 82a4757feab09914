import { fieldsOf, without } from '../core/fields.ts';
import { fromBase64, toBase64 } from './base64.ts';
import type { Say } from './files/file.ts';
import { levelState } from './levels.ts';
import { DEFAULT_PARAMETERS } from './parameters.ts';
import { retiredNotes, withAddedParameters } from './retired.ts';
import type { StreamState } from './streamTypes.ts';

/** Bytes of the detectors' state of a stream, before the kinds that are retired and with them. */
const DETECTOR_BYTES = 136;
const FORMER_DETECTOR_BYTES = 160;
/** Where a bit for each open kind stands; those of today have the first four, SHIFT had the next. */
const OPEN = 28;
const KINDS = 0b1111;
const SHIFT = 0b10000;

/** A state of any version as one of the newest; null of something else. @param say is told what of it is gone */
export function newestState(saved: StreamState, say: Say): StreamState | null {
  const { format, version } = saved as { readonly format: unknown; readonly version: unknown };
  if (format !== 'tautline-stream') return null;
  if (version === 2) return saved;
  return version === 1 ? upgraded(saved, say) : null;
}

/** Version 1 knew no lasting change; the displacement and its open SHIFT go. */
function upgraded(saved: StreamState, say: Say): StreamState {
  const parameters = fieldsOf(saved.parameters);
  const kernels = without(saved.kernels as Readonly<Record<string, string>>, 'displacement');
  const before = fromBase64(kernels.detectors ?? '');
  const streams = Math.floor(before.length / FORMER_DETECTOR_BYTES);
  const detectors = new Uint8Array(streams * DETECTOR_BYTES);
  let open = 0;
  for (let s = 0; s < streams; s++) {
    const own = before.subarray(s * FORMER_DETECTOR_BYTES, (s + 1) * FORMER_DETECTOR_BYTES);
    if (own[OPEN] & SHIFT) open++;
    detectors.set(own.subarray(0, DETECTOR_BYTES), s * DETECTOR_BYTES);
    detectors[s * DETECTOR_BYTES + OPEN] &= KINDS;
  }
  const dropped = open === 0 ? '' : `${open} open SHIFT alert${open === 1 ? ' is' : 's are'} dropped, and `;
  say(
    `The state was saved by an earlier version: ${dropped}style, meaning and behaviour change begin anew from the ` +
      'baseline.',
  );
  for (const { name, note } of retiredNotes(parameters)) say(`${name} ${note}.`);
  return {
    ...saved,
    version: 2,
    parameters: withAddedParameters(parameters, fieldsOf(DEFAULT_PARAMETERS)) as unknown as StreamState['parameters'],
    kernels: { ...kernels, detectors: toBase64(detectors) },
    levels: levelState(saved.streams.length),
    changes: { threads: [], channels: {} },
  };
}
