import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { configDefaults, defineConfig } from 'vitest/config';
import { precompress } from './scripts/precompress.mjs';
import { requireKernels } from './scripts/require-kernels.mjs';
import { sizeBudget } from './scripts/size-budget.mjs';
import { ISOLATION, metaPolicy, securityHeaders } from './src/cli/securityHeaders.ts';

/** The policy in the page, for hosts that set no headers, and the whole of it with every file of `vite preview`. */
const security: Plugin = {
  name: 'tautline:security',
  transformIndexHtml: {
    order: 'pre',
    handler: (_, { server }) =>
      // The development server adds scripts of its own to the page.
      server
        ? []
        : [
            {
              tag: 'meta',
              attrs: { 'http-equiv': 'Content-Security-Policy', content: metaPolicy() },
              injectTo: 'head-prepend',
            },
          ],
  },
  configurePreviewServer({ middlewares }) {
    middlewares.use((request, response, next) => {
      const headers = securityHeaders((request.url ?? '/').replace(/[?#].*$/s, ''));
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      next();
    });
  },
};

export default defineConfig({
  // Relative, so that the build can be put in any folder of any static host.
  base: './',
  plugins: [requireKernels(), react(), security, precompress(), sizeBudget('scripts/size-budget.json')],
  // Both find their .wasm next to themselves; pre-bundling moves the script away from it.
  optimizeDeps: { exclude: ['@duckdb/duckdb-wasm', 'parquet-wasm'] },
  worker: { format: 'es', plugins: () => [requireKernels()] },
  server: { headers: ISOLATION },
  build: {
    // A .wasm inlined as a data: URL cannot be compiled while it streams.
    assetsInlineLimit: (file) => (file.endsWith('.wasm') ? false : undefined),
    // Lazy chunks (DuckDB, ECharts) are large on purpose; scripts/size-budget.json is what is enforced.
    chunkSizeWarningLimit: Number.POSITIVE_INFINITY,
    reportCompressedSize: false,
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'echarts', test: /node_modules\/(echarts|zrender)\// }] } },
      checks: { bundlerTimings: false },
    },
  },
  test: {
    include: process.env.TAUTLINE_LIVE ? ['src/**/*.live.test.ts'] : ['src/**/*.test.{ts,tsx}'],
    // Minutes of killed processes and brokers: npm run test:live.
    exclude: [...configDefaults.exclude, ...(process.env.TAUTLINE_LIVE ? [] : ['src/**/*.live.test.ts'])],
    environment: 'node',
    // By default one core is left idle. The limits leave room for a machine that is busy with other things.
    maxWorkers: '100%',
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
