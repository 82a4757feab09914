import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { toTautlineError, type TautlineError } from '../../core/errors.ts';
import type { Progress } from '../../core/progress.ts';
import { spawnUmapWorker } from '../../workers/client.ts';
import type { EmbeddingMap } from '../../workers/drilldown.ts';
import { createUmapClient, type UmapClient } from '../../workers/umapClient.ts';
import type { UmapLayout } from '../../workers/umapLayout.ts';
import { session, useTautline } from '../store.ts';

/** Points that a map holds; of larger ledgers evenly spread ones are shown. */
const MAX_POINTS = 60_000;

/** The embedding map of the newest analysis. */
export function useEmbeddingMap(): UseQueryResult<EmbeddingMap> {
  const revision = useTautline((state) => state.analysis.report?.revision ?? null);
  return useQuery({
    queryKey: ['map', revision],
    queryFn: () => session.engine.embeddingMap(MAX_POINTS),
    enabled: revision !== null,
    placeholderData: keepPreviousData,
    gcTime: 5000,
  });
}

/** Where the UMAP layout stands; of the points with this signature. */
export type LayoutState = { readonly of: string } & (
  | { readonly phase: 'running'; readonly progress: Progress }
  | { readonly phase: 'done'; readonly layout: UmapLayout }
  | { readonly phase: 'failed'; readonly error: TautlineError }
);

/** Names points by their values: thresholds change no coordinate, so a layout outlives a slider. */
export function signatureOf({ x, k }: Pick<EmbeddingMap, 'x' | 'k'>): string {
  const bits = new Uint32Array(x.buffer, x.byteOffset, x.length);
  let hash = 2166136261;
  for (const word of bits) hash = Math.imul(hash ^ word, 16777619);
  return `${k} ${x.length} ${hash >>> 0}`;
}

export interface Layouts {
  readonly store: StoreApi<{ readonly state: LayoutState | null }>;
  /** Lays the map out; ends another layout that is under way. */
  start(map: Pick<EmbeddingMap, 'x' | 'k'>): void;
  cancel(): void;
}

export function createLayouts(client: () => UmapClient): Layouts {
  const store: Layouts['store'] = createStore(() => ({ state: null }));
  let running: AbortController | null = null;

  function cancel(): void {
    if (!running) return;
    running.abort();
    running = null;
    store.setState({ state: null });
  }

  return {
    store,
    cancel,
    start(map) {
      cancel();
      const abort = new AbortController();
      running = abort;
      const of = signatureOf(map);
      const set = (state: LayoutState): void => {
        if (running === abort) store.setState({ state });
      };
      set({ of, phase: 'running', progress: { phase: 'Finding neighbours', fraction: 0 } });
      client()
        .layout({ x: map.x, k: map.k }, (progress) => set({ of, phase: 'running', progress }), abort.signal)
        .then(
          (layout) => set({ of, phase: 'done', layout }),
          (thrown: unknown) => set({ of, phase: 'failed', error: toTautlineError(thrown, 'laying the map out') }),
        )
        .finally(() => {
          if (running === abort) running = null;
        });
    },
  };
}

let client: UmapClient | null = null;
/** The page's UMAP layout; its worker starts with the first. */
export const layouts = createLayouts(() => (client ??= createUmapClient(spawnUmapWorker)));

/** The layout of these points; null if none was asked for. */
export function useLayout(of: string | null): LayoutState | null {
  return useStore(layouts.store, ({ state }) => (state !== null && state.of === of ? state : null));
}
