import { Worker } from 'node:worker_threads';

/**
 * Starts a worker of this folder as a thread. The bundle has it beside it; sources run through tsx, which a worker has
 * to register for itself.
 * @param source its file, as .ts
 * @param workerData what it is told
 */
export function startThread(source: URL, workerData?: object): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL(source.href.replace(/\.ts$/, '.mjs')), { workerData });
  const script = [
    `import { register } from '${import.meta.resolve('tsx/esm/api')}';`,
    `register();`,
    `await import('${source.href}');`,
  ].join(' ');
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`), { workerData });
}
