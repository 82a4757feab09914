import type { Block } from './arena.ts';
import { misuse, requireCount, requireLength } from './check.ts';
import type { KernelModule } from './module.ts';

export interface GeneratorExports {
  generatorStateBytes(): number;
  generatorInit(state: number, seed: bigint, centroidScale: number): void;
  generateSlots(
    state: number, schedule: number, slots: number, noise: number, provider: number, latency: number, latent: number, embedding: number,
  ): void;
}

export const GENERATOR_PROVIDERS = 4;
export const GENERATOR_AXES = 8;
export const GENERATOR_DIMENSION = 64;
/** Doubles a slot takes in a schedule: centroid scale, axis scale, latency median, sigma and cap (ms), then scale, shared and own weight of each provider. */
export const SCHEDULE_FIELDS = 5 + 3 * GENERATOR_PROVIDERS;

export interface GeneratorOptions {
  /** A whole number from 0 to 2^53 - 1. */
  readonly seed: number;
  /** Standard deviation of a centroid coordinate. */
  readonly centroidScale: number;
  /** Standard deviation of the isotropic noise in every dimension. */
  readonly noise: number;
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

/**
 * Generates a ledger of the calibration harness (spec 10) into the arena; the caller releases it. The same options give the same bits in every engine.
 */
export function generateBlocks(kernels: KernelModule, { seed, centroidScale, noise, schedule }: GeneratorOptions, withLatent = false): GeneratedBlocks {
  if (!Number.isSafeInteger(seed) || seed < 0) misuse(`seed is ${seed}, a whole number from 0 to 2^53 - 1 expected`);
  const slots = schedule.length / SCHEDULE_FIELDS;
  requireCount('slots', slots);
  requireLength('schedule', schedule, slots * SCHEDULE_FIELDS);
  const { arena, exports } = kernels;
  const n = slots * GENERATOR_PROVIDERS;
  arena.reserve(n * (GENERATOR_DIMENSION * 4 + 8 + (withLatent ? GENERATOR_AXES * 8 : 0)) + schedule.length * 8 + exports.generatorStateBytes() + 256);
  const provider = arena.i32(n);
  const latencyMicros = arena.i32(n);
  const embedding = arena.f32(n * GENERATOR_DIMENSION);
  const latent = withLatent ? arena.f64(n * GENERATOR_AXES) : null;
  arena.scope(() => {
    const state = arena.alloc(exports.generatorStateBytes());
    exports.generatorInit(state, BigInt(seed), centroidScale);
    exports.generateSlots(state, arena.f64From(schedule).ptr, slots, noise, provider.ptr, latencyMicros.ptr, latent?.ptr ?? 0, embedding.ptr);
  });
  return { provider, latencyMicros, embedding, latent };
}

/** `generateBlocks` copied out of wasm memory. */
export function generateEvents(kernels: KernelModule, options: GeneratorOptions): GeneratedEvents {
  return kernels.arena.scope(() => {
    const { provider, latencyMicros, embedding } = generateBlocks(kernels, options);
    return { n: provider.length, provider: provider.view().slice(), latencyMicros: latencyMicros.view().slice(), embedding: embedding.view().slice() };
  });
}
