/** Nothing exported that nobody imports, no unused file, no unused dependency. @type {import('knip').KnipConfig} */
export default {
  entry: [
    'src/cli/main.ts',
    // Started by path.
    'src/cli/*Worker.ts',
    'src/fuzz/worker.node.ts',
    'src/bench/page.ts',
    'src/bench/peers/pages/*.ts',
    'scripts/*.mjs',
  ],
  project: ['src/**/*.{ts,tsx}', 'e2e/**/*.ts', 'scripts/*.mjs'],
  // Generated whole: from bundle.proto, and from the tables of channels.
  ignore: ['**/*_pb.ts', 'src/kernels/layout.ts'],
  // Read as text and put into a page; the Kafka client's package is of its own, in src/live/kafka, and so are those of
  // what the bench compares with.
  ignoreDependencies: [
    'axe-core',
    '@confluentinc/kafka-javascript',
    '@uwdata/vgplot',
    'duckdb-of-peers',
    'embedding-atlas',
  ],
  // Of the system: pipes and a small disk for tests, a broker.
  ignoreBinaries: ['mkfifo', 'mount', 'umount', 'java', 'mvn'],
  playwright: { config: ['e2e/playwright.config.ts'], entry: ['e2e/*.spec.ts'] },
};
