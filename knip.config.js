/** Nothing exported that nobody imports, no unused file, no unused dependency. @type {import('knip').KnipConfig} */
export default {
  entry: [
    'src/cli/main.ts',
    // Started by path.
    'src/cli/*Worker.ts',
    'src/fuzz/worker.node.ts',
    'src/bench/page.ts',
    'scripts/*.mjs',
  ],
  project: ['src/**/*.{ts,tsx}', 'e2e/**/*.ts', 'scripts/*.mjs'],
  // Generated whole: from bundle.proto, and from the tables of channels.
  ignore: ['**/*_pb.ts', 'src/kernels/layout.ts'],
  // Read as text and put into a page.
  ignoreDependencies: ['axe-core'],
  // Of the system: tests of pipes make one.
  ignoreBinaries: ['mkfifo'],
  playwright: { config: ['e2e/playwright.config.ts'], entry: ['e2e/*.spec.ts'] },
};
