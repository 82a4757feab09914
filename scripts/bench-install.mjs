// npm run bench:install: installs what the bench compares the app with, each in a package of its own (decision 0047).
// Afterwards it needs no network. With a part's name (floor, peers) only that part.
import { spawnSync } from 'node:child_process';
import { argv, exit } from 'node:process';
import { fileURLToPath } from 'node:url';

const PACKAGES = ['floor', 'peers', 'peers/perspective4'];
const asked = argv.slice(2);

for (const name of PACKAGES.filter((path) => asked.length === 0 || asked.includes(path.split('/')[0]))) {
  const folder = fileURLToPath(new URL(`../src/bench/${name}`, import.meta.url));
  console.error(`src/bench/${name}`);
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) exit(1);
}
