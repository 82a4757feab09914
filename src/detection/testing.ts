import { createHash } from 'node:crypto';
import type { Coordinates, EventColumns } from '../core/columns.ts';
import { boxMuller, openMulberry32 } from '../core/random.ts';
import { DEFAULT_PARAMETERS, type Parameters } from './parameters.ts';
import { SIGNAL_NAMES, type Signals } from './types.ts';

export interface RandomLedger {
  readonly n: number;
  readonly k: number;
  readonly streams: number;
  readonly seed: number;
  /** Share of void events. */
  readonly voids?: number;
  /** Share of events that change their stream's instantiation. */
  readonly resets?: number;
  /** Share of events without latency; 1 = no latencies at all. */
  readonly silent?: number;
  readonly threads?: number;
  /** Event from which stream 0 scatters threefold and alone. */
  readonly fracture?: number;
}

/** A ledger of streams that share most of their residual, speak in random order and now and then pause. */
export function randomLedger({
  n,
  k,
  streams,
  seed,
  voids = 0.02,
  resets = 0.01,
  silent = 0.1,
  threads = 3,
  fracture = Infinity,
}: RandomLedger): { events: EventColumns; coordinates: Coordinates } {
  const random = openMulberry32(seed);
  const normal = () => boxMuller(random(), random());
  const stream = new Int32Array(n);
  const time = new Float64Array(n);
  const thread = new Int32Array(n);
  const instantiation = new Int32Array(n);
  const latency = new Float64Array(n);
  const isVoid = new Uint8Array(n);
  const x = new Float32Array(n * k).fill(Number.NaN);
  const shared = new Float64Array(k);
  const version = new Int32Array(streams);
  let now = 1.7e12;
  for (let i = 0; i < n; i++) {
    const s = Math.floor(random() * streams);
    stream[i] = s;
    now += random() < 0.3 ? 700 : 15 * random();
    time[i] = now;
    thread[i] = threads > 0 ? Math.floor(random() * (threads + 1)) - 1 : -1;
    if (random() < resets) version[s]++;
    instantiation[i] = random() < 0.1 ? -1 : version[s];
    latency[i] = random() < silent ? Number.NaN : 60 * Math.exp(0.3 * normal()) * (i % 400 > 300 ? 4 : 1);
    isVoid[i] = random() < voids ? 1 : 0;
    if (i % streams === 0) for (let a = 0; a < k; a++) shared[a] = Math.sqrt(0.72) * normal();
    const broken = s === 0 && i >= fracture;
    if (!isVoid[i])
      for (let a = 0; a < k; a++)
        x[i * k + a] =
          (broken ? 3 : Math.sqrt(0.28)) * normal() + (broken ? 0 : shared[a]) + (a % streams === s ? 1.5 : 0);
  }
  return {
    events: {
      n,
      streams: Array.from({ length: streams }, (_, s) => `stream ${String(s).padStart(2, '0')}`),
      stream,
      row: Int32Array.from({ length: n }, (_, i) => i),
      eventId: BigInt64Array.from({ length: n }, (_, i) => BigInt(i)),
      time,
      hasTime: true,
      thread,
      threadCount: threads,
      instantiation,
      latency,
      hasLatency: latency.some((ms) => !Number.isNaN(ms)),
      isVoid,
    },
    coordinates: { k, x },
  };
}

/** The bits of all signals, to be compared: arrays of numbers take the test runner seconds. */
export const bitsOf = (signals: Signals): Record<string, string> =>
  Object.fromEntries(
    SIGNAL_NAMES.map((name) => [
      name,
      createHash('sha1').update(new Uint8Array(signals[name].slice().buffer)).digest('hex'),
    ]),
  );

export const parameters = (change: Partial<Parameters> = {}): Parameters => ({ ...DEFAULT_PARAMETERS, ...change });
