// Whether stated intervals of false alarms cover what happens next: npx tsx scripts/coverage.mjs [ledgers] [events]
// [reference] [first seed]. A minute for each ten ledgers of 400,000 events.
import { coverage, keptWord } from '../src/harness/coverage.ts';
import { loadKernels } from '../src/kernels/load.node.ts';

const [ledgers = 100, events = 400_000, reference = 2000, first = 1001] = process.argv.slice(2).map(Number);
const BUDGETS = [1000, 10_000];
const kernels = await loadKernels();
/** @type {import('../src/harness/coverage.ts').Kept[]} */
const all = [];
for (let seed = first; seed < first + ledgers; seed++)
  all.push(...(await keptWord(kernels.fork(), { seed, events, reference, budgets: BUDGETS })));

/** @type {(values: number[], share: number) => number} */
const at = (values, share) => values.sort((a, b) => a - b)[Math.round(share * (values.length - 1))];
/** @type {(value: number) => string} */
const shown = (value) => Number(value.toPrecision(3)).toLocaleString('en');
for (const budget of BUDGETS) {
  const own = all.filter((kept) => kept.budget === budget);
  const { stated, covered } = coverage(own);
  const width = at(
    own.map(({ stated: { interval } }) => interval[1] / interval[0]),
    0.5,
  );
  const low = at(
    own.map(({ stated: { interval } }) => interval[0]),
    0.5,
  );
  const realised = [0.025, 0.5, 0.975].map((share) =>
    shown(
      at(
        own.map((kept) => kept.realised),
        share,
      ),
    ),
  );
  const missed = own.filter(({ stated: { interval }, realised: r }) => r < interval[0] || r > interval[1]);
  console.log(`One in ${shown(budget)}: ${covered} of ${stated} intervals called 95 % cover (${own.length} ledgers)`);
  console.log(`  median interval from ${shown(low)} to ${shown(low * width)}: a factor of ${shown(width)}`);
  console.log(`  realised: ${realised[1]}, in 95 of 100 ${realised[0]} to ${realised[2]}`);
  for (const {
    seed,
    h,
    stated: { interval },
    realised: r,
    alarms,
  } of missed)
    console.log(`  seed ${seed}: h ${h}, ${interval.map(shown).join(' to ')}; realised ${shown(r)}, ${alarms} alarms`);
}
