import type { Block } from './arena.ts';
import { misuse, requireCount, requireLength } from './check.ts';
import type { KernelModule } from './module.ts';

declare module './exports.ts' {
  interface KernelExports {
    generatorStateBytes(): number;
    generatorInit(state: number, seed: bigint, centroidScale: number): void;
    generateSlots(
      state: number,
      schedule: number,
      slots: number,
      noise: number,
      provider: number,
      latency: number,
      latent: number,
      embedding: number,
    ): void;
  }
}

export const GENERATOR_PROVIDERS = 4;
export const GENERATOR_AXES = 8;
export const GENERATOR_DIMENSION = 64;
/**
 * Doubles a slot takes in a schedule: centroid scale, axis scale, latency median, sigma and cap (ms), then scale,
 * shared and own weight of each provider.
 */
export const SCHEDULE_FIELDS = 5 + 3 * GENERATOR_PROVIDERS;

/** What makes a generator of events. */
export interface GeneratorSeed {
  /** A whole number from 0 to 2^53 - 1. */
  readonly seed: number;
  /** Standard deviation of a centroid coordinate. */
  readonly centroidScale: number;
  /** Standard deviation of the isotropic noise in every dimension. */
  readonly noise: number;
}

export interface GeneratorOptions extends GeneratorSeed {
  /** slots x SCHEDULE_FIELDS. */
  readonly schedule: Float64Array;
}

/** Events in the order of arrival, four to a slot. */
export interface GeneratedEvents {
  readonly n: number;
  /** Provider of each event, from 0. */
  readonly provider: Int32Array;
  /** Latency of each event in whole microseconds: it arrives that long after its slot began. */
  readonly latencyMicros: Int32Array;
  /** n x 64. */
  readonly embedding: Float32Array;
}

/** The same events as blocks of wasm memory. */
export interface GeneratedBlocks {
  readonly provider: Block<Int32Array>;
  readonly latencyMicros: Block<Int32Array>;
  readonly embedding: Block<Float32Array>;
  /** n x 8, centroid and residual before the lift; null unless asked for. */
  readonly latent: Block<Float64Array> | null;
}

/** State of a generator after its last slot, outside of wasm memory. */
type State = Uint8Array;

/** The slots of `schedule` from `state` on into the arena; the caller releases it. `state` becomes that after them. */
function generateSlots(
  kernels: KernelModule,
  state: State,
  noise: number,
  schedule: Float64Array,
  withLatent: boolean,
): GeneratedBlocks {
  const slots = schedule.length / SCHEDULE_FIELDS;
  requireCount('slots', slots);
  requireLength('schedule', schedule, slots * SCHEDULE_FIELDS);
  const { arena, exports } = kernels;
  const n = slots * GENERATOR_PROVIDERS;
  arena.reserve(
    n * (GENERATOR_DIMENSION * 4 + 8 + (withLatent ? GENERATOR_AXES * 8 : 0)) +
      schedule.length * 8 +
      state.length +
      256,
  );
  const provider = arena.i32(n);
  const latencyMicros = arena.i32(n);
  const embedding = arena.f32(n * GENERATOR_DIMENSION);
  const latent = withLatent ? arena.f64(n * GENERATOR_AXES) : null;
  arena.scope(() => {
    const own = arena.u8From(state);
    exports.generateSlots(
      own.ptr,
      arena.f64From(schedule).ptr,
      slots,
      noise,
      provider.ptr,
      latencyMicros.ptr,
      latent?.ptr ?? 0,
      embedding.ptr,
    );
    state.set(own.view());
  });
  return { provider, latencyMicros, embedding, latent };
}

function start({ arena, exports }: KernelModule, { seed, centroidScale }: GeneratorSeed): State {
  if (!Number.isSafeInteger(seed) || seed < 0) misuse(`seed is ${seed}, a whole number from 0 to 2^53 - 1 expected`);
  return arena.scope(() => {
    const state = arena.u8(exports.generatorStateBytes());
    exports.generatorInit(state.ptr, BigInt(seed), centroidScale);
    return state.view().slice();
  });
}

/**
 * Generates a ledger of the calibration harness (docs/methods.md 10) into the arena; the caller releases it. The same
 * options give the same bits in every engine.
 */
export function generateBlocks(
  kernels: KernelModule,
  { schedule, ...options }: GeneratorOptions,
  withLatent = false,
): GeneratedBlocks {
  return generateSlots(kernels, start(kernels, options), options.noise, schedule, withLatent);
}

/**
 * A ledger slot by slot: each call gives the events of the next slots. Whatever a schedule is cut into, the events are
 * those of the whole.
 */
export function createGenerator(
  kernels: KernelModule,
  options: GeneratorSeed,
): (schedule: Float64Array) => GeneratedEvents {
  const state = start(kernels, options);
  return (schedule) =>
    kernels.arena.scope(() => {
      const { provider, latencyMicros, embedding } = generateSlots(kernels, state, options.noise, schedule, false);
      return {
        n: provider.length,
        provider: provider.view().slice(),
        latencyMicros: latencyMicros.view().slice(),
        embedding: embedding.view().slice(),
      };
    });
}

/** `generateBlocks` copied out of wasm memory. */
export function generateEvents(kernels: KernelModule, { schedule, ...options }: GeneratorOptions): GeneratedEvents {
  return createGenerator(kernels, options)(schedule);
}
