import { TautlineFailure } from '../core/errors.ts';
import { formatBytes } from '../core/format.ts';
import type { OnProgress } from '../core/progress.ts';
import { carefulFetch } from '../ledger/redirect.ts';
import { isStaticConfig, modelFailure } from './folder.ts';
import type { ModelFile } from './types.ts';

/** What is fetched of a model's address where it is there; the first has to be. */
const SETTINGS = [
  'tokenizer.json',
  'config.json',
  'tokenizer_config.json',
  'sentence_bert_config.json',
  '1_Pooling/config.json',
];
/** Weights, of which the first that is there is fetched. */
const WEIGHTS = [
  'onnx/model_quantized.onnx',
  'onnx/model_int8.onnx',
  'model_quantized.onnx',
  'model.onnx',
  'onnx/model.onnx',
  'model.safetensors',
];
/** More than a page should hold twice. */
const MOST_BYTES = 1 << 30;

/**
 * Fetches a model's files from an address.
 * @param address of its folder
 * @param fetcher asks one address
 * @throws TautlineFailure of kind network, redirected or file
 */
export async function fetchModel(
  address: string,
  onProgress: OnProgress,
  fetcher: typeof fetch = carefulFetch(true),
): Promise<ModelFile[]> {
  const base = new URL(address.endsWith('/') ? address : `${address}/`);
  const get = async (path: string): Promise<ModelFile | null> => {
    const url = new URL(path, base).href;
    let response: Response;
    try {
      response = await fetcher(url);
    } catch (thrown) {
      if (thrown instanceof TautlineFailure) throw thrown;
      throw failure(url, 'the server cannot be reached, or does not let this page read it (CORS)');
    }
    // A host that answers everything with its page has no such file.
    if (response.status === 404 || /^text\/html/.test(response.headers.get('content-type') ?? '')) return null;
    if (!response.ok) throw failure(url, `the server answered ${response.status}`);
    return { path, bytes: await bytesOf(response, path, onProgress) };
  };
  const files: ModelFile[] = [];
  for (const path of SETTINGS) {
    const file = await get(path);
    if (file) files.push(file);
    else if (path === SETTINGS[0])
      throw modelFailure(base.href, 'there is no tokenizer.json', 'Give the address of the folder that it lies in');
  }
  const config = files.find(({ path }) => path === 'config.json');
  const isStatic = config !== undefined && isStaticConfig(new TextDecoder().decode(config.bytes));
  const weights = isStatic ? WEIGHTS.filter((path) => path.endsWith('.safetensors')) : WEIGHTS;
  for (const path of weights) {
    const file = await get(path);
    if (file) return [...files, file];
  }
  throw modelFailure(base.href, `there are no weights (${weights.join(', ')})`, 'Choose a model with an ONNX export');
}

const failure = (url: string, problem: string): TautlineFailure =>
  new TautlineFailure({ kind: 'network', url, problem, advice: 'Download the model and drop its folder here' });

async function bytesOf(response: Response, path: string, onProgress: OnProgress): Promise<Uint8Array> {
  const total = Number(response.headers.get('content-length') ?? Number.NaN);
  const pieces: Uint8Array[] = [];
  let done = 0;
  const reader = response.body!.getReader();
  for (;;) {
    const { done: isEnd, value } = await reader.read();
    if (isEnd) break;
    pieces.push(value);
    done += value.length;
    if (done > MOST_BYTES)
      throw modelFailure(path, `it is larger than ${formatBytes(MOST_BYTES)}`, 'Choose a smaller model');
    onProgress({ phase: 'Fetching', fraction: done / total, detail: `${path}, ${formatBytes(done)}` });
  }
  const bytes = new Uint8Array(done);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
