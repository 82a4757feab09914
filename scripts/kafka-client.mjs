// npm run kafka:client: installs the Kafka client into src/live/kafka. Where its maker has no prebuilt, or it cannot be
// fetched, it is built (10 minutes on two cores; needs a C++ compiler and the libraries that docs/live.md names), and
// what was built is kept for the next time.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { arch, env, exit, platform, versions } from 'node:process';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../src/live/kafka', import.meta.url));
const PACKAGE = join(FOLDER, 'node_modules/@confluentinc/kafka-javascript');
/** What is built, and what that is linked with. */
const BUILT = [
  'build/Release/confluent-kafka-javascript.node',
  'build/deps/librdkafka.so.1',
  'build/deps/librdkafka++.so.1',
];
const CACHE = env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
const KEPT = join(CACHE, 'tautline', `kafka-client-1.10.1-${platform}-${arch}-${versions.modules}`);

/** @param {string} program @param {string[]} args @param {string} cwd @param {Record<string, string>} [more] */
const run = (program, args, cwd, more = {}) => {
  /** @type {NodeJS.ProcessEnv} */
  const own = { ...env, ...more };
  // Two jobs at once trip over each other in its makefile.
  delete own.JOBS;
  delete own.MAKEFLAGS;
  return spawnSync(program, args, { cwd, env: own, stdio: ['ignore', 2, 2] }).status === 0;
};
const loads = () => run('node', ['-e', "require('@confluentinc/kafka-javascript')"], FOLDER);
/** @param {string[]} more */
const install = (...more) => run('npm', ['ci', '--no-audit', '--no-fund', ...more], FOLDER);

/** @param {string} from @param {string} to */
async function copyBuilt(from, to) {
  for (const file of BUILT) {
    await mkdir(dirname(join(to, file)), { recursive: true });
    await copyFile(join(from, file), join(to, file));
  }
}

if (existsSync(join(KEPT, BUILT[0])) && install('--ignore-scripts')) {
  await copyBuilt(KEPT, PACKAGE);
  if (loads()) exit(0);
}
console.error('Installing the Kafka client: where there is no prebuilt, it is built');
/** @type {Record<string, string>} */
const headers = existsSync('/usr/include/node/node.h') ? { npm_config_nodedir: '/usr' } : {};
const build = ['node-pre-gyp', 'install', '--fallback-to-build'];
if (!install('--ignore-scripts') || !run('npx', build, PACKAGE, { CKJS_LINKING: 'dynamic', ...headers }) || !loads()) {
  console.error('The Kafka client could not be installed: docs/live.md says what that needs.');
  exit(1);
}
if (existsSync(join(PACKAGE, BUILT[1]))) await copyBuilt(PACKAGE, KEPT);
