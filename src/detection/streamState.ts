import { fromBase64, toBase64 } from './base64.ts';
import { levelState } from './levels.ts';
import { DEFAULT_PARAMETERS } from './parameters.ts';
import { modernised } from './retired.ts';
import type { StreamState } from './streamTypes.ts';

/** Bytes of the detectors' state of a stream, before the kinds that are retired and with them. */
const DETECTOR_BYTES = 136;
const FORMER_DETECTOR_BYTES = 160;
/** Where a bit for each open kind stands; those of today have the first four. */
const OPEN = 28;
const KINDS = 0b1111;

/** A state of any version as one of the newest; null of something else. */
export function newestState(saved: StreamState): StreamState | null {
  const { format, version } = saved as { readonly format: unknown; readonly version: unknown };
  if (format !== 'tautline-stream') return null;
  if (version === 2) return saved;
  return version === 1 ? upgraded(saved) : null;
}

/** Version 1 knew no lasting change; the displacement and its open SHIFT go. */
function upgraded(saved: StreamState): StreamState {
  const kernels = Object.fromEntries(Object.entries(saved.kernels).filter(([id]) => id !== 'displacement'));
  const before = fromBase64(kernels.detectors ?? '');
  const detectors = new Uint8Array((before.length / FORMER_DETECTOR_BYTES) * DETECTOR_BYTES);
  for (let s = 0; s * FORMER_DETECTOR_BYTES < before.length; s++) {
    const from = s * FORMER_DETECTOR_BYTES;
    detectors.set(before.subarray(from, from + DETECTOR_BYTES), s * DETECTOR_BYTES);
    detectors[s * DETECTOR_BYTES + OPEN] &= KINDS;
  }
  return {
    ...saved,
    version: 2,
    parameters: {
      ...DEFAULT_PARAMETERS,
      ...modernised(saved.parameters as unknown as Record<string, unknown>),
    },
    kernels: { ...kernels, detectors: toBase64(detectors) },
    levels: levelState(saved.streams.length),
    changes: { threads: [], channels: {} },
  };
}
