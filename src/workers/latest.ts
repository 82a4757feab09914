/** What a request resolves to when a newer one took its place before it was started. */
export const SUPERSEDED: unique symbol = Symbol('superseded');

/** Newest-wins scheduling: at most one call in flight, and at most one waiting, which a newer request replaces. */
export interface Latest<A, R> {
  /** Resolves to the call's result, or to `SUPERSEDED`; rejects with what the call threw. A call in flight is never dropped. */
  request(argument: A): Promise<R | typeof SUPERSEDED>;
  /** Drops the waiting request, which resolves to `SUPERSEDED`. */
  dropWaiting(): void;
  /** True while a call is in flight. */
  readonly busy: boolean;
}

interface Waiting<A, R> {
  readonly argument: A;
  resolve(value: R | typeof SUPERSEDED): void;
  reject(thrown: unknown): void;
}

/** @param onWaiting a request waits for the call in flight: that may be asked to make room */
export function createLatest<A, R>(run: (argument: A) => Promise<R>, onWaiting: () => void = () => undefined): Latest<A, R> {
  let inFlight = false;
  let waiting: Waiting<A, R> | null = null;

  function dropWaiting(): void {
    waiting?.resolve(SUPERSEDED);
    waiting = null;
  }

  async function start(first: Waiting<A, R>): Promise<void> {
    inFlight = true;
    let next: Waiting<A, R> | null = first;
    while (next) {
      const current: Waiting<A, R> = next;
      try {
        current.resolve(await run(current.argument));
      } catch (thrown) {
        current.reject(thrown);
      }
      next = waiting;
      waiting = null;
    }
    inFlight = false;
  }

  return {
    request(argument) {
      return new Promise((resolve, reject) => {
        const asked = { argument, resolve, reject };
        if (!inFlight) return void start(asked);
        dropWaiting();
        waiting = asked;
        onWaiting();
      });
    },
    dropWaiting,
    get busy() {
      return inFlight;
    },
  };
}
