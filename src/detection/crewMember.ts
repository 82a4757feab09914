import { nextTurn } from '../core/turn.ts';
import type { ArenaArray, Block } from '../kernels/arena.ts';
import { displacementState, runDisplacement } from '../kernels/displacement.ts';
import type { EventBlocks } from '../kernels/events.ts';
import type { KernelModule } from '../kernels/module.ts';
import { runTracker, trackerState } from '../kernels/tracker.ts';
import { runTransport, transportState } from '../kernels/transport.ts';
import { CREW_STAGES, type CrewLedger, type CrewPart, type CrewTask } from './crew.ts';
import { StageSpeed } from './signalStages.ts';

/** Events of a part at most: what memory a member needs besides the ledger. */
const MOST_EVENTS = 1 << 16;

/** The side of a crew that computes. Holds one ledger, in a kernel instance of its own. */
export interface CrewMember {
  load(ledger: CrewLedger): void;
  /** Parts are made for the call: they can be transferred. Ends early, without an error, once `stopped` says so. */
  run(task: CrewTask, give: (part: CrewPart) => void, stopped: () => boolean): Promise<void>;
}

export function createCrewMember(kernels: KernelModule): CrewMember {
  let held: {
    readonly kernels: KernelModule;
    readonly ledger: CrewLedger;
    readonly blocks: EventBlocks;
    readonly instantiation: Block<Int32Array>;
    readonly window: Block<Float64Array>;
  } | null = null;
  return {
    load(ledger) {
      const own = kernels.fork();
      const { arena } = own;
      const { n, k, streams, x, stream, isVoid } = ledger;
      arena.reserve(n * (4 * k + 4 + 1 + 4 + 8 + 16) + MOST_EVENTS * (48 + 4 * k) + (4 << 20));
      const blocks = {
        n,
        k,
        streams,
        x: arena.f32From(x),
        stream: arena.i32From(stream),
        isVoid: arena.u8From(isVoid),
      };
      const instantiation = arena.i32From(ledger.instantiation);
      // Of the ledger the streams alone are read again: the rest is in the kernels' memory.
      held = {
        kernels: own,
        ledger: { ...ledger, x: new Float32Array(0), isVoid: new Uint8Array(0), instantiation: new Int32Array(0) },
        blocks,
        instantiation,
        window: arena.f64(n),
      };
    },
    async run(task, give, stopped) {
      if (!held) throw new Error('a crew member was given a task before a ledger');
      const {
        kernels: own,
        ledger: { n, k, streams, stream },
        blocks,
        instantiation,
        window,
      } = held;
      const { arena } = own;
      const speed = new StageSpeed(k);
      const mark = arena.mark();
      try {
        for (const stage of CREW_STAGES) {
          const work = task[stage];
          if (!work) continue;
          const { only } = work;
          const chosen: EventBlocks = { ...blocks, only: arena.u8From(only) };
          const length = Math.min(n, MOST_EVENTS, speed.piece(stage) * 2);
          const columns: Block<Float64Array>[] = [];
          let residual: Block<Float32Array> | null = null;
          let run: (from: number, to: number) => void;
          // Where the columns begin: those of transport are as long as the ledger, since it looks back at earlier
          // events by their place.
          let origin = (from: number): number => from;
          if (task.tracker && stage === 'tracker') {
            window.view().set(task.tracker.window);
            const options = {
              ...task.tracker.options,
              anchor: task.tracker.anchor && arena.f64From(task.tracker.anchor),
            };
            const state = trackerState(own, streams, k);
            for (let c = 0; c < 5; c++) columns.push(arena.f64(length));
            const rows = arena.f32(length * k);
            residual = rows;
            residual = rows;
            run = (from, to) => {
              const m = to - from;
              const [friction, trace, kl, boxCox, entropy] = columns.map((column) => part(column, 0, m));
              runTracker(
                own,
                slice(chosen, from, to),
                { instantiation: part(instantiation, from, to), window: part(window, from, to) },
                { ...options, referenceFrom: options.referenceFrom - from, referenceTo: options.referenceTo - from },
                state,
                { residual: part(rows, 0, m * k), friction, trace, kl, boxCox, entropy },
                0,
                m,
              );
            };
          } else if (task.transport && stage === 'transport') {
            const options = {
              ...task.transport.options,
              referenceRows: arena.f32From(task.transport.rows),
              referenceCounts: arena.i32From(task.transport.counts),
            };
            const state = transportState(own, streams, k, options.size);
            const [tension, shift] = [arena.f64(n), arena.f64(n)];
            columns.push(tension, shift);
            origin = () => 0;
            run = (from, to) => runTransport(own, chosen, options, state, { tension, shift }, from, to);
          } else if (task.displacement && stage === 'displacement') {
            const { lambda, referenceTo, means } = task.displacement;
            const options = { lambda, means: arena.f64From(means) };
            const state = displacementState(own, streams, k);
            const mewma = arena.f64(length);
            columns.push(mewma);
            run = (from, to) =>
              runDisplacement(
                own,
                slice(chosen, from, to),
                { ...options, referenceTo: Math.max(0, referenceTo - from) },
                state,
                part(mewma, 0, to - from),
                0,
                to - from,
              );
          } else {
            continue;
          }
          for (let from = 0; from < n; from += length) {
            const to = Math.min(n, from + length);
            run(from, to);
            give(
              packed(
                stage,
                stream,
                only,
                columns.map((column) => column.view()),
                residual?.view() ?? null,
                k,
                from,
                to,
                origin(from),
              ),
            );
            await nextTurn();
            if (stopped()) return;
          }
        }
      } finally {
        arena.release(mark);
      }
    },
  };
}

/** The values of the chosen streams, close together; columns begin with event `origin`. */
function packed(
  stage: CrewPart['stage'],
  stream: Int32Array,
  only: Uint8Array,
  columns: readonly Float64Array[],
  residuals: Float32Array | null,
  k: number,
  from: number,
  to: number,
  origin: number,
): CrewPart {
  let count = 0;
  for (let i = from; i < to; i++) count += only[stream[i]];
  const values = columns.map((column) => {
    const out = new Float64Array(count);
    for (let i = from, at = 0; i < to; i++) if (only[stream[i]] === 1) out[at++] = column[i - origin];
    return out;
  });
  const residual = new Float32Array(residuals ? count * k : 0);
  if (residuals) {
    for (let i = from, at = 0; i < to; i++) {
      if (only[stream[i]] !== 1) continue;
      for (let a = 0; a < k; a++) residual[at++] = residuals[(i - origin) * k + a];
    }
  }
  return { stage, from, to, values, residual };
}

function part<A extends ArenaArray>(block: Block<A>, from: number, to: number): Block<A> {
  const bytes = block.view().BYTES_PER_ELEMENT;
  return { ptr: block.ptr + from * bytes, length: to - from, view: () => block.view().subarray(from, to) as A };
}

function slice(events: EventBlocks, from: number, to: number): EventBlocks {
  const { k, x, stream, isVoid } = events;
  return {
    ...events,
    n: to - from,
    x: part(x, from * k, to * k),
    stream: part(stream, from, to),
    isVoid: part(isVoid, from, to),
  };
}
