import { expose, proxy, releaseProxy, transfer, type Endpoint, type Remote } from 'comlink';
import { paced, type OnProgress } from '../../core/progress.ts';
import type { ApiOf, Asked, Contract, Order, Question } from './contract.ts';
import { holdLivenessLock } from './livenessLock.ts';
import { movable, plainErrors } from './transfer.ts';

/**
 * Both ends of a contract, derived from its rows. Errors cross as plain objects, callbacks as proxies that are released
 * with the call, and arrays that were made for an answer are moved.
 */

type Callback = (...given: unknown[]) => unknown;

/** The methods of a worker as comlink offers them. */
export type RemoteMethods = Remote<Readonly<Record<string, (...asked: unknown[]) => Promise<unknown>>>>;

/** Makes one call and gives its answer, or the error that it came to. */
export type Call = (doing: string, use: (remote: RemoteMethods) => Promise<unknown>) => Promise<unknown>;

/** The asking side: methods that cross by `call`. */
export function askingSide<C extends Contract>(contract: C, call: Call): ApiOf<C> {
  const methods = Object.entries(contract).map(([name, row]) => [
    name,
    row.kind === 'order' ? orderer(name, row, call) : asker(name, row, call),
  ]);
  return Object.fromEntries(methods) as ApiOf<C>;
}

function orderer(name: string, { doing }: Order, call: Call): () => void {
  return () => {
    // A worker that dies now has nothing left to do.
    call(doing(), (remote) => remote[name]()).catch(() => undefined);
  };
}

function asker(name: string, { doing, callbacks }: Question<Asked>, call: Call): Callback {
  return (...asked) => {
    const sent = [...asked];
    for (const { at, kind } of callbacks) {
      const callback = sent[at] as Callback | null | undefined;
      if (!callback) continue;
      const { taking } = kind;
      sent[at] = proxy((...given: unknown[]) =>
        taking === null ? callback(...given) : plainErrors(taking, () => callback(...given)),
      );
    }
    return call(doing(...(asked as never[])), (remote) => remote[name](...sent));
  };
}

/** The side of the worker: what comlink is to expose. */
export function answeringSide<C extends Contract>(contract: C, api: ApiOf<C>): Readonly<Record<string, Callback>> {
  const methods = Object.entries(contract).map(([name, row]): [string, Callback] => {
    const method: Callback = (...asked) => (api[name] as Callback)(...asked);
    return [name, row.kind === 'order' ? () => method() : answerer(row, method)];
  });
  return Object.fromEntries(methods);
}

function answerer({ doing, moved, callbacks }: Question<Asked>, method: Callback): Callback {
  return (...asked) =>
    plainErrors(doing(...(asked as never[])), async () => {
      const remotes = callbacks.filter(({ at }) => asked[at]);
      const used = [...asked];
      for (const { at, kind } of remotes) {
        if (kind.paced) used[at] = paced(asked[at] as OnProgress);
        if (kind.taking !== null) used[at] = moving(asked[at] as Callback);
      }
      try {
        const answer = await method(...used);
        if (moved === false) return answer;
        return moved === true ? move(answer) : transfer(answer, moved(answer));
      } finally {
        for (const { at } of remotes) (asked[at] as Partial<Remote<unknown>>)[releaseProxy]?.();
      }
    });
}

function move(value: unknown): unknown {
  const { value: own, buffers } = movable(value);
  return transfer(own, buffers);
}

const moving =
  (take: Callback): Callback =>
  (given) =>
    take(move(given));

/** The last line of a worker's entry: answers the contract with `api`, and shows that the worker lives. */
export function exposeWorker<C extends Contract>(contract: C, api: ApiOf<C>, endpoint?: Endpoint): void {
  expose(answeringSide(contract, api), endpoint);
  if (!endpoint) holdLivenessLock();
}
