/** Tells the page the name of the lock that this worker holds for as long as it lives. */
interface LockMessage {
  readonly livenessLock: string;
}

/** The name of the lock that a message tells of; null if it is another message. */
export function lockNamed(data: unknown): string | null {
  const name = typeof data === 'object' && data !== null ? (data as Partial<LockMessage>).livenessLock : undefined;
  return typeof name === 'string' ? name : null;
}

/**
 * Takes a lock in a worker that is released only by the worker's end, however it ends; the page waits for it. Does
 * nothing where there are no locks (an insecure context): the worker's `error` event is the only sign of death there.
 */
export function holdLivenessLock(): void {
  if (!('locks' in navigator) || !('randomUUID' in crypto)) return;
  const name = `tautline-worker-${crypto.randomUUID()}`;
  void navigator.locks.request(name, () => {
    const message: LockMessage = { livenessLock: name };
    self.postMessage(message);
    return new Promise(() => undefined);
  });
}
