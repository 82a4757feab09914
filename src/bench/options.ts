import { parseArgs } from 'node:util';
import { TautlineFailure } from '../core/errors.ts';
import type { LargeSize } from './app/large.ts';
import { CASES } from './cases/index.ts';
import type { EngineName, Size } from './model.ts';

const TIMED = ['kernels', 'pipeline', 'node', 'chromium'] as const;
const PARTS = [...TIMED, 'app', 'large', 'floor', 'peers'] as const;

export interface Options {
  readonly sizes: readonly Size[];
  readonly base: Size;
  /** Ids of the cases to time. */
  readonly cases: readonly string[];
  readonly engines: readonly EngineName[];
  readonly app: boolean;
  readonly large: boolean;
  readonly floor: boolean;
  /** Other programs beside the app: only where asked for. */
  readonly peers: boolean;
  /** Events of the ledger that the app opens, of a large one, and of the longest run of the signals in Node. */
  readonly appEvents: number;
  readonly largeSize: LargeSize;
  readonly growthEvents: number;
  /** Openings of the app of each kind. */
  readonly openings: number;
  readonly quick: boolean;
  readonly out: string;
  /** In it: whole runs, quick ones and those of some cases do not take each other's place. */
  readonly file: string;
  readonly runs: number;
  /** Share of the usual time for the rounds. */
  readonly patience: number;
  readonly markdown: boolean;
  /** Puts the figures into docs/performance.md. */
  readonly write: boolean;
}

export const USAGE = `npm run bench -- [options]

  --quick         small sizes and few rounds
  --only PART     ${PARTS.join(', ')}; several with commas
  --cases IDS     ${CASES.map(({ id }) => id).join(', ')}
  --sizes SIZES   such as 50000x8,50000x64 (N x k) instead of the usual ones
  --runs N        rounds of each implementation, 7 by default
  --out DIR       folder for bench.json and bench.svg, build/bench by default
  --peers         puts the app beside other programs too (npm run bench:install)
  --openings N    openings of the app of each kind, 5 by default
  --markdown      prints the block of docs/performance.md instead of the tables
  --write         puts that block into docs/performance.md; what this run left out is of the last one, bench.json
`;

const FULL = {
  ns: [10_000, 50_000, 250_000, 1_000_000],
  ks: [8, 16, 32, 64],
  base: { n: 50_000, k: 8 },
  runs: 7,
  patience: 1,
  app: 1_000_000,
  large: { events: 10_000_000, dimension: 8, memoryGib: 8 },
  growth: 10_000_000,
  openings: 5,
};
const QUICK = {
  ns: [10_000, 50_000],
  ks: [8, 32],
  base: { n: 10_000, k: 8 },
  runs: 3,
  patience: 0.2,
  app: 52_000,
  large: { events: 200_000, dimension: 8, memoryGib: 0.25 },
  growth: 100_000,
  openings: 1,
};

/** Reads the command line; throws kind "parameter", naming the option, where it is not understood. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = read(args);
  const { ns, ks, base, runs, app, large, growth, openings, patience } = values.quick ? QUICK : FULL;
  const usual = [
    ...ns.map((n) => ({ n, k: base.k })),
    ...ks.filter((k) => k !== base.k).map((k) => ({ n: base.n, k })),
  ];
  const sizes = values.sizes === undefined ? usual : list(values.sizes).map(sizeOf);
  const only = list(values.only ?? '').map((part) => oneOf('only', part, PARTS));
  const ids = CASES.map(({ id }) => id);
  const groups = CASES.filter(({ group }) => {
    const asked = only.filter((part) => part === 'kernels' || part === 'pipeline');
    return asked.length === 0 || asked.includes(group === 'stage' ? 'pipeline' : 'kernels');
  }).map(({ id }) => id);
  const wanted = values.cases === undefined ? groups : list(values.cases).map((id) => oneOf('cases', id, ids));
  const engines = (['Node', 'Chromium'] as const).filter((engine) => {
    const asked = only.filter((part) => part === 'node' || part === 'chromium');
    return asked.length === 0 || asked.includes(engine === 'Node' ? 'node' : 'chromium');
  });
  const timed = only.length === 0 || only.some((part) => (TIMED as readonly string[]).includes(part));
  const usually = only.length === 0 && values.cases === undefined && values.sizes === undefined;
  const has = (part: (typeof PARTS)[number]) => only.includes(part);
  const whole =
    values.cases === undefined &&
    values.sizes === undefined &&
    (only.length === 0 || !timed || (has('kernels') && has('pipeline') && has('node') === has('chromium')));
  if (values.write && (values.quick || !whole))
    throw wrong('write', 'is no option beside --quick, --sizes, --cases or a part of the kernels: not for docs');
  return {
    sizes: timed ? sizes : [],
    base: values.sizes === undefined ? base : sizes[0],
    cases: timed ? wanted : [],
    engines,
    app: usually || only.includes('app'),
    large: usually || only.includes('large'),
    floor: usually || only.includes('floor'),
    peers: values.peers || only.includes('peers'),
    appEvents: app,
    largeSize: large,
    growthEvents: values.sizes === undefined ? growth : 0,
    openings: values.openings === undefined ? openings : wholeNumber('openings', values.openings),
    quick: values.quick,
    out: values.out,
    file: values.quick ? 'bench-quick.json' : whole ? 'bench.json' : 'bench-some.json',
    runs: values.runs === undefined ? runs : wholeNumber('runs', values.runs),
    patience,
    markdown: values.markdown,
    write: values.write,
  };
}

function read(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        cases: { type: 'string' },
        sizes: { type: 'string' },
        runs: { type: 'string' },
        out: { type: 'string', default: 'build/bench' },
        markdown: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        peers: { type: 'boolean', default: false },
        openings: { type: 'string' },
      },
    });
  } catch (thrown) {
    throw wrong('options', thrown instanceof Error ? thrown.message : String(thrown));
  }
}

const list = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function oneOf<T extends string>(name: string, text: string, known: readonly T[]): T {
  const found = known.find((value) => value === text);
  if (found === undefined) throw wrong(name, `is ${text}, must be one of ${known.join(', ')}`);
  return found;
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw wrong(name, `is ${text}, needs a whole number from 1`);
  return value;
}

function sizeOf(text: string): Size {
  const [n, k] = text.split('x').map((part) => wholeNumber('sizes', part));
  if (k === undefined || k > 64 || n < 4000)
    throw wrong('sizes', `has ${text}, needs N x k such as 50000x8 with N from 4000 and k to 64`);
  return { n, k };
}

const wrong = (name: string, problem: string): TautlineFailure =>
  new TautlineFailure({ kind: 'parameter', name, problem, advice: 'See npm run bench -- --help.' });
