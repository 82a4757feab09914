import { describe, expect, it } from 'vitest';
import { TautlineFailure } from '../../core/errors.ts';
import type { OnProgress } from '../../core/progress.ts';
import { umapLayout, type UmapLayout } from '../../workers/umapLayout.ts';
import { createLayouts, signatureOf } from './map.ts';

const MAP = { k: 2, x: Float32Array.from({ length: 120 }, (_, i) => Math.sin(i * 7) + (i % 3)) };
const OTHER = { k: 2, x: MAP.x.map((value) => value + 1) };

/** Lays out in this thread, once it is let. */
function heldClient() {
  const asked: { finish(): void; progress: OnProgress; aborted: boolean }[] = [];
  return {
    asked,
    layout: (request: { x: Float32Array; k: number }, onProgress: OnProgress, signal: AbortSignal) =>
      new Promise<UmapLayout>((resolve, reject) => {
        const one = { finish: () => resolve(umapLayout(request, onProgress)), progress: onProgress, aborted: false };
        signal.addEventListener('abort', () => {
          one.aborted = true;
          reject(new TautlineFailure({ kind: 'cancelled', what: 'laying the map out' }));
        });
        asked.push(one);
      }),
  };
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('layouts', () => {
  it('tells progress and the layout of the points it was asked for', async () => {
    const client = heldClient();
    const layouts = createLayouts(() => client);
    layouts.start(MAP);
    client.asked[0].progress({ phase: 'Laying out', fraction: 0.5 });
    expect(layouts.store.getState().state).toMatchObject({
      of: signatureOf(MAP),
      phase: 'running',
      progress: { fraction: 0.5 },
    });
    client.asked[0].finish();
    await settled();
    expect(layouts.store.getState().state).toMatchObject({ phase: 'done', layout: { fitted: 60 } });
  });

  it('is empty again after a cancel, and late news of it is dropped', async () => {
    const client = heldClient();
    const layouts = createLayouts(() => client);
    layouts.start(MAP);
    layouts.cancel();
    expect(client.asked[0].aborted).toBe(true);
    client.asked[0].progress({ phase: 'Laying out', fraction: 0.9 });
    await settled();
    expect(layouts.store.getState().state).toBeNull();
  });

  it('ends a layout for a newer one', async () => {
    const client = heldClient();
    const layouts = createLayouts(() => client);
    layouts.start(MAP);
    layouts.start(OTHER);
    expect(client.asked[0].aborted).toBe(true);
    client.asked[1].finish();
    await settled();
    expect(layouts.store.getState().state).toMatchObject({ of: signatureOf(OTHER), phase: 'done' });
  });
});

it('names points by their values', () => {
  expect(signatureOf(MAP)).toBe(signatureOf({ k: 2, x: MAP.x.slice() }));
  expect(signatureOf(MAP)).not.toBe(signatureOf(OTHER));
});
