/**
 * How long things may be, and what is exempt and why. ESLint (`eslint.config.js`) keeps the limits of TypeScript and
 * JavaScript, `src/limits.test.ts` those of everything else.
 */
export const LIMITS = {
  /** Lines of a file. */
  file: 400,
  testFile: 600,
  /** Lines of a function, comments and all. */
  function: 120,
  /** Characters of a line. */
  line: 120,
};

/** Files, by path. @type {readonly string[]} */
const GENERATED = ['src/detection/lab/bundle_pb.ts', 'src/ledger/shapes/otlp_pb.ts', 'src/live/live_pb.ts'];

/**
 * Kernels that splitting slows by 2 % or more.
 * @type {readonly string[]}
 */
const HOT = [];

export const EXEMPT = [...GENERATED, ...HOT];

export const TESTS = ['**/*.test.{ts,tsx}', 'e2e/**'];
