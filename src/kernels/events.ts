import type { Block } from './arena.ts';
import { misuse, requireCount, requireLength } from './check.ts';

/** Columns of n ordered events in wasm memory: what every pipeline kernel reads. */
export interface EventBlocks {
  readonly n: number;
  readonly k: number;
  /** Number of streams S; codes are 0 .. S-1. */
  readonly streams: number;
  /** Whitened coordinates, n x k; rows of void events are not read. */
  readonly x: Block<Float32Array>;
  readonly stream: Block<Int32Array>;
  /** 1 where the event has no embedding. */
  readonly isVoid: Block<Uint8Array>;
  /**
   * 1 where a stream is computed, S: nothing is written for the events of the others. Absent = all. Read by the kernels
   * whose streams have nothing to do with each other (tracker, transport, displacement).
   */
  readonly only?: Block<Uint8Array>;
}

/** State of a kernel between events, opaque bytes: copy them to save it, copy them back to resume, bit for bit. */
export type StateBlock = Block<Uint8Array>;

export function requireEvents(events: EventBlocks, from: number, to: number): void {
  requireCount('k', events.k, 1);
  requireCount('streams', events.streams);
  requireLength('x', events.x, events.n * events.k);
  requireLength('stream', events.stream, events.n);
  requireLength('isVoid', events.isVoid, events.n);
  if (events.only) requireLength('only', events.only, events.streams);
  requireRange(from, to, events.n);
}

/** Pointer to the chosen streams, 0 = all. */
export const onlyStreams = ({ only }: EventBlocks): number => only?.ptr ?? 0;

export function requireRange(from: number, to: number, n: number): void {
  requireCount('from', from);
  requireCount('to', to, from);
  if (to > n) misuse(`events up to ${to} of ${n}`);
}

/** Every named block has `length` elements. */
export function requireLengths(blocks: Readonly<Record<string, { readonly length: number }>>, length: number): void {
  for (const [what, block] of Object.entries(blocks)) requireLength(what, block, length);
}
