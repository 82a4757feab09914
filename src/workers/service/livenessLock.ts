/** Tells the page the name of the lock that this worker holds for as long as it lives. */
interface LockMessage {
  readonly lifeLock: string;
}

export const isLockMessage = (data: unknown): data is LockMessage =>
  typeof data === 'object' && data !== null && typeof (data as Partial<LockMessage>).lifeLock === 'string';

/**
 * Called by a worker's entry: takes a lock that is released only by the worker's end, however it ends; the page waits
 * for it. Does nothing where there are no locks (an insecure context): the worker's `error` event is the only sign of
 * death there.
 */
export function holdLifeLock(): void {
  if (!('locks' in navigator) || !('randomUUID' in crypto)) return;
  const name = `tautline-worker-${crypto.randomUUID()}`;
  void navigator.locks.request(name, () => {
    const message: LockMessage = { lifeLock: name };
    self.postMessage(message);
    return new Promise(() => undefined);
  });
}
