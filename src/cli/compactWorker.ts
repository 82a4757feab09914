import { workerData } from 'node:worker_threads';

const { compactLive } = await import('../live/run.ts');
await compactLive((workerData as { readonly folder: string }).folder);
