import { Worker } from 'node:worker_threads';

/**
 * Starts a worker of this folder as a thread. The bundle has it beside it; sources run through tsx, which a worker has
 * to register for itself.
 * @param source its file, as .ts
 */
export function startThread(source: URL): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL(source.href.replace(/\.ts$/, '.mjs')));
  const script = [
    `import { register } from '${import.meta.resolve('tsx/esm/api')}';`,
    `register();`,
    `await import('${source.href}');`,
  ].join(' ');
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`));
}
