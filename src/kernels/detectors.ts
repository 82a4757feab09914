import type { Block } from './arena.ts';
import { requireLength } from './check.ts';
import { requireLengths, requireRange, type StateBlock } from './events.ts';
import {
  EPISODE_BYTES,
  KINDS,
  LIMIT_NAMES,
  STATE_BYTES,
  STATE_EPISODE_BYTES,
  STATE_EPISODES,
  STATE_OPEN,
  STATE_WEIGHT,
} from './layout.ts';
import type { KernelModule } from './module.ts';
import type { DetectorLimits, Episode } from './reference/detectors.ts';

declare module './exports.ts' {
  interface KernelExports {
    detectors(
      from: number,
      to: number,
      base: number,
      limits: number,
      warmup: number,
      referenceTo: number,
      stream: number,
      seq: number,
      isVoid: number,
      kl: number,
      boxCox: number,
      friction: number,
      entropy: number,
      rho: number,
      tension: number,
      state: number,
      cusum: number,
      eventState: number,
      notice: number,
      episodes: number,
      capacity: number,
    ): number;
    episodesWritten(): number;
    cusum(n: number, z: number, h: number, kappa: number, cap: number, out: number): void;
  }
}

export type { DetectorLimits, Episode };

export interface DetectorOptions {
  readonly limits: DetectorLimits;
  /** Per stream: WARMING until seq exceeds it. */
  readonly warmup: Int32Array;
  /** WARMING before this event: the end of the reference period. */
  readonly referenceTo: number;
  /** Number of the event at position 0 of the columns, for episodes; 0 by default. */
  readonly base?: number;
}

export interface DetectorInputs {
  readonly stream: Block<Int32Array>;
  readonly seq: Block<Int32Array>;
  readonly isVoid: Block<Uint8Array>;
  readonly kl: Block<Float64Array>;
  /** The tracker's transform of `kl`, to the bit. */
  readonly boxCox: Block<Float64Array>;
  readonly friction: Block<Float64Array>;
  readonly entropy: Block<Float64Array>;
  readonly rho: Block<Float64Array>;
  readonly tension: Block<Float64Array>;
}

export interface DetectorColumns {
  readonly cusum: Block<Float64Array>;
  readonly eventState: Block<Uint8Array>;
  readonly notice: Block<Uint8Array>;
}

/** The state as 32-bit and as 64-bit numbers; see wasm/layout.ts. */
const STATE_INTS = STATE_BYTES / 4;
const STATE_DOUBLES = STATE_BYTES / 8;
/** Episodes copied out at a time. */
const CAPACITY = 4096;

const LIMITS: readonly (keyof DetectorLimits)[] = LIMIT_NAMES;

export function detectorState({ arena }: KernelModule, streams: number): StateBlock {
  const state = arena.u8(streams * STATE_BYTES);
  state.view().fill(0);
  return state;
}

/**
 * Routes, scores and notices of events [from, to) (docs/methods.md 8).
 * @returns the episodes that closed, in order of closing; those still open are in the state (`openEpisodes`).
 */
export function runDetectors(
  { arena, exports }: KernelModule,
  inputs: DetectorInputs,
  o: DetectorOptions,
  state: StateBlock,
  out: DetectorColumns,
  from: number,
  to: number,
): Episode[] {
  const { stream, seq, isVoid, kl, boxCox, friction, entropy, rho, tension } = inputs;
  const { cusum, eventState, notice } = out;
  requireRange(from, to, stream.length);
  requireLengths(
    { seq, isVoid, kl, boxCox, friction, entropy, rho, tension, cusum, route: eventState, notice },
    stream.length,
  );
  requireLength('detector state', state, o.warmup.length * STATE_BYTES);
  const closed: Episode[] = [];
  arena.scope(() => {
    const limits = arena.f64From(LIMITS.map((name) => o.limits[name]));
    const warmup = arena.i32From(o.warmup);
    const episodes = arena.u8(CAPACITY * EPISODE_BYTES);
    for (let at = from; at < to;) {
      at = exports.detectors(
        at,
        to,
        o.base ?? 0,
        limits.ptr,
        warmup.ptr,
        o.referenceTo,
        stream.ptr,
        seq.ptr,
        isVoid.ptr,
        kl.ptr,
        boxCox.ptr,
        friction.ptr,
        entropy.ptr,
        rho.ptr,
        tension.ptr,
        state.ptr,
        cusum.ptr,
        eventState.ptr,
        notice.ptr,
        episodes.ptr,
        CAPACITY,
      );
      const written = exports.episodesWritten();
      if (written === 0) continue;
      const bytes = episodes.view();
      const ints = new Int32Array(bytes.buffer, bytes.byteOffset, (written * EPISODE_BYTES) / 4);
      const doubles = new Float64Array(bytes.buffer, bytes.byteOffset, (written * EPISODE_BYTES) / 8);
      for (let e = 0; e < written; e++) {
        const [kind, code, onset, onsetSeq, fired, firedSeq, resolved] = ints.subarray((e * EPISODE_BYTES) / 4);
        closed.push({
          kind,
          stream: code,
          onset,
          onsetSeq,
          fired,
          firedSeq,
          resolved,
          peak: doubles[(e * EPISODE_BYTES) / 8 + 4],
        });
      }
    }
  });
  return closed;
}

/** Episodes open after the last event taken in; `cleared` is -1. Of all streams or of one; by stream, then kind. */
export function openEpisodes(state: StateBlock, only?: number): Episode[] {
  const { ints, doubles } = numbers(state);
  const open: Episode[] = [];
  const streams = ints.length / STATE_INTS;
  for (let stream = only ?? 0; stream < (only === undefined ? streams : only + 1); stream++) {
    const bits = ints[stream * STATE_INTS + STATE_OPEN / 4];
    for (let kind = 0; kind < KINDS; kind++) {
      if ((bits & (1 << kind)) === 0) continue;
      const at = stream * STATE_INTS + (STATE_EPISODES + kind * STATE_EPISODE_BYTES) / 4;
      const [onset, onsetSeq, fired, firedSeq] = ints.subarray(at);
      open.push({ kind, stream, onset, onsetSeq, fired, firedSeq, resolved: -1, peak: doubles[(at + 4) / 2] });
    }
  }
  return open;
}

/** Governance weight J of each stream. */
export function governanceWeights(state: StateBlock): Float64Array {
  const { doubles } = numbers(state);
  return Float64Array.from(
    { length: doubles.length / STATE_DOUBLES },
    (_, stream) => doubles[stream * STATE_DOUBLES + STATE_WEIGHT / 8],
  );
}

/** The same of one stream. */
export const governanceWeight = (state: StateBlock, stream: number): number =>
  numbers(state).doubles[stream * STATE_DOUBLES + STATE_WEIGHT / 8];

function numbers(state: StateBlock): { ints: Int32Array; doubles: Float64Array } {
  const { buffer, byteOffset, length } = state.view();
  return {
    ints: new Int32Array(buffer, byteOffset, length / 4),
    doubles: new Float64Array(buffer, byteOffset, length / 8),
  };
}

/** Winsorised CUSUM of a series from S = 0. */
export function cusumSeries(
  { arena, exports }: KernelModule,
  z: Float64Array,
  h: number,
  kappa: number,
  cap: number,
): Float64Array {
  return arena.scope(() => {
    const out = arena.f64(z.length);
    exports.cusum(z.length, arena.f64From(z).ptr, h, kappa, cap, out.ptr);
    return out.view().slice();
  });
}
