import { TautlineFailure } from '../../core/errors.ts';

/** A path as part of an address. */
export const encoded = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

/** @throws TautlineFailure of kind stalled where nobody answers: it is worth trying again */
export async function reach(url: string, init: RequestInit, advice = RUNS): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (thrown) {
    if (init.signal?.aborted) throw thrown;
    throw stalled(url, 'nobody answers', advice);
  }
}

const RUNS = 'Look whether "tautline live" still runs there';

export function refusal(url: string, { status }: Response): TautlineFailure {
  if (status >= 500) return stalled(url, `the server answers ${status}`, 'Look at what "tautline live" says');
  return network(url, `the server answers ${status}`, 'Check the address: it is the one that "tautline live" prints');
}

/** Worth trying again. */
export const stalled = (url: string, problem: string, advice: string): TautlineFailure =>
  new TautlineFailure({ kind: 'stalled', url, problem, advice });

export const network = (url: string, problem: string, advice: string): TautlineFailure =>
  new TautlineFailure({ kind: 'network', url, problem, advice });

export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((done) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });

/** What copies a folder may write its files piece by piece. */
export const isCut = async (json: Blob): Promise<string | null> =>
  (await json.text()).trimEnd().endsWith('}') ? null : 'it is cut';
