/** What a request resolves to when a newer one took its place before it was started. */
export const STALE: unique symbol = Symbol('superseded');

/**
 * Newest-wins scheduling: one call in flight, or two where the second may follow, and at most one waiting, which a
 * newer request replaces.
 */
interface TakeLatest<A, R> {
  /**
   * Resolves to the call's result, or to `SUPERSEDED`; rejects with what the call threw. A call in flight is never
   * dropped.
   */
  request(argument: A): Promise<R | typeof STALE>;
  /** Drops the waiting request, which resolves to `SUPERSEDED`. */
  dropWaiting(): void;
  /** True while a call is in flight. */
  readonly busy: boolean;
}

interface Asked<A, R> {
  readonly argument: A;
  resolve(value: R | typeof STALE): void;
  reject(thrown: unknown): void;
}

interface TakeLatestOptions<A> {
  /** A request waits for calls in flight that are of no use to it: they may be asked to make room. */
  readonly onWaiting?: () => void;
  /**
   * True if `next` may be sent while `ahead` is under way, to be begun on as soon as that is done: whoever does the
   * work is never without. For calls that are quick after `ahead`, and done in order.
   */
  readonly keepsRunning?: (ahead: A, next: A) => boolean;
}

export function takeLatest<A, R>(
  run: (argument: A) => Promise<R>,
  { onWaiting, keepsRunning: mayFollow = () => false }: TakeLatestOptions<A> = {},
): TakeLatest<A, R> {
  const inFlight: Asked<A, R>[] = [];
  let waiting: Asked<A, R> | null = null;

  const useful = (next: A): boolean => inFlight.every(({ argument }) => mayFollow(argument, next));
  const hasRoom = (next: A): boolean => inFlight.length === 0 || (inFlight.length === 1 && useful(next));

  function dropWaiting(): void {
    waiting?.resolve(STALE);
    waiting = null;
  }

  async function start(asked: Asked<A, R>): Promise<void> {
    inFlight.push(asked);
    try {
      asked.resolve(await run(asked.argument));
    } catch (thrown) {
      asked.reject(thrown);
    }
    inFlight.splice(inFlight.indexOf(asked), 1);
    if (!waiting || !hasRoom(waiting.argument)) return;
    const next = waiting;
    waiting = null;
    void start(next);
  }

  return {
    request(argument) {
      return new Promise((resolve, reject) => {
        const asked = { argument, resolve, reject };
        if (!waiting && hasRoom(argument)) return void start(asked);
        dropWaiting();
        waiting = asked;
        if (!useful(argument)) onWaiting?.();
      });
    },
    dropWaiting,
    get busy() {
      return inFlight.length > 0;
    },
  };
}
