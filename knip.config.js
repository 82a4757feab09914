/** Nothing exported that nobody imports, no unused file, no unused dependency. @type {import('knip').KnipConfig} */
export default {
  entry: [
    'src/cli/main.ts',
    // Started by path.
    'src/cli/*Worker.ts',
    'src/bench/page.ts',
    'scripts/*.mjs',
  ],
  project: ['src/**/*.{ts,tsx}', 'e2e/**/*.ts', 'scripts/*.mjs'],
  // Generated from bundle.proto, whole.
  ignore: ['**/*_pb.ts'],
  playwright: { config: ['e2e/playwright.config.ts'], entry: ['e2e/*.spec.ts'] },
};
