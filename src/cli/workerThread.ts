import { Worker } from 'node:worker_threads';

/**
 * Starts src/cli/<name>.ts as a thread. The bundle has it beside it; sources run through tsx, which a worker has to
 * register for itself.
 */
export function startThread(name: 'trialWorker' | 'channelsWorker'): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL(`./${name}.mjs`, import.meta.url));
  const script = [
    `import { register } from '${import.meta.resolve('tsx/esm/api')}';`,
    `register();`,
    `await import('${new URL(`./${name}.ts`, import.meta.url).href}');`,
  ].join(' ');
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`));
}
