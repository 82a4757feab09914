import { workerUrl } from '../ledger/duckdb.browser.ts';
import { holdLivenessLock } from './service/livenessLock.ts';

/**
 * DuckDB's own worker, as one that shows that it lives. It is a script of our own so that a host can give it, and no
 * other, the leave to make code of text.
 */
const early: MessageEvent[] = [];
self.onmessage = (event) => void early.push(event);
holdLivenessLock();
import(/* @vite-ignore */ new URL(workerUrl, self.location.href).href).then(() => {
  for (const event of early) self.dispatchEvent(new MessageEvent<unknown>('message', { data: event.data }));
}, reportError);
