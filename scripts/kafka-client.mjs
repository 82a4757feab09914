// npm run kafka:client: installs the Kafka client into src/live/kafka. Where its maker has no prebuilt, or it cannot be
// fetched, it is built (two minutes of a processor; needs a C++ compiler and libraries, docs/live.md names them), and
// what was built is kept for the next time. The last line says why it could not be had.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { arch, env, execPath, exit, platform, versions } from 'node:process';
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
const VERSION = '1.10.1';
const KEPT = join(CACHE, 'tautline', `kafka-client-${VERSION}-${platform}-${arch}-${versions.modules}`);

const MINUTE = 60_000;

/**
 * @param {string} program
 * @param {string[]} args
 * @param {string} cwd
 * @param {number} timeout
 * @param {Record<string, string>} [more]
 */
const run = (program, args, cwd, timeout, more = {}) => {
  /** @type {NodeJS.ProcessEnv} */
  const own = { ...env, ...more };
  // Two jobs at once trip over each other in its makefile.
  delete own.JOBS;
  delete own.MAKEFLAGS;
  return spawnSync(program, args, { cwd, env: own, stdio: ['ignore', 2, 2], timeout }).status === 0;
};
const loads = () => run(execPath, ['-e', "require('@confluentinc/kafka-javascript')"], FOLDER, MINUTE);
const install = () => run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], FOLDER, 5 * MINUTE);
/** @param {string} how @param {number} timeout @param {Record<string, string>} [more] */
const get = (how, timeout, more) => {
  const preGyp = join(FOLDER, 'node_modules/@mapbox/node-pre-gyp/bin/node-pre-gyp');
  return run(execPath, [preGyp, 'install', how], PACKAGE, timeout, more) && loads();
};

/** @param {string} from @param {string} to */
async function copyBuilt(from, to) {
  for (const file of BUILT) {
    await mkdir(dirname(join(to, file)), { recursive: true });
    await copyFile(join(from, file), join(to, file));
  }
}

/** @param {string} reason @returns {never} */
function giveUp(reason) {
  console.error(`The Kafka client could not be installed: ${reason}; docs/live.md says what it needs`);
  exit(1);
}

/** @param {string} path @returns {string | null} */
const versionAt = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).version : null);
if (versionAt(join(PACKAGE, 'package.json')) === VERSION && loads()) exit(0);

if (!install()) giveUp('npm could not fetch it');
if (existsSync(join(KEPT, BUILT[0]))) {
  await copyBuilt(KEPT, PACKAGE);
  if (loads()) exit(0);
}
console.error('Fetching the prebuilt of the Kafka client');
if (get('--no-fallback-to-build', 2 * MINUTE)) exit(0);
const tools = ['g++', 'make', 'python3'].filter((tool) => spawnSync(tool, ['--version']).status !== 0);
if (tools.length > 0) giveUp(`there is no prebuilt to be had, and no ${tools.join(', no ')} to build it with`);
console.error('There is none to be had: it is built');
const headers = [dirname(dirname(execPath)), '/usr'].find((at) => existsSync(join(at, 'include/node/node.h')));
const own = { CKJS_LINKING: 'dynamic', ...(headers !== undefined && { npm_config_nodedir: headers }) };
if (!get('--build-from-source', 30 * MINUTE, own)) giveUp('building it failed');
await copyBuilt(PACKAGE, KEPT);
