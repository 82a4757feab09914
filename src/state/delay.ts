/** Something that is done after a while, unless something else is to be done instead. */
export interface Delay {
  /** Takes the place of what waits. */
  start(run: () => void, ms: number): void;
  stop(): void;
  readonly pending: boolean;
}

export function createDelay(): Delay {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const stop = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  return {
    stop,
    start(run, ms) {
      stop();
      timer = setTimeout(() => {
        timer = null;
        run();
      }, ms);
    },
    get pending() {
      return timer !== null;
    },
  };
}
