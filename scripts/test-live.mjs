// npm run test:live [-- FILE...]: tests of the live ledger that take minutes: processes that are killed, real brokers.
// What a machine lacks is skipped, and said; TAUTLINE_REQUIRE=client,broker makes a failure of it.
import { spawnSync } from 'node:child_process';
import { argv, env, exit } from 'node:process';

const { status } = spawnSync('npx', ['vitest', 'run', '--no-file-parallelism', ...argv.slice(2)], {
  env: { ...env, TAUTLINE_LIVE: '1' },
  stdio: 'inherit',
});
exit(status ?? 1);
