import { expect, it } from 'vitest';
import { fetchModel } from './fetchModel.ts';
import { readFolder } from './folder.ts';
import { tinyModel, tinyStaticModel } from './testing.ts';
import type { ModelFile } from './types.ts';

const host =
  (files: readonly ModelFile[], asked: string[]): typeof fetch =>
  (input) => {
    const path = new URL(input as string).pathname.replace('/m/', '');
    asked.push(path);
    const file = files.find((one) => one.path === path);
    return Promise.resolve(new Response(file?.bytes.slice() ?? 'no such file', { status: file ? 200 : 404 }));
  };
const fetched = (files: readonly ModelFile[], asked: string[] = []) =>
  fetchModel('https://host.example/m', () => undefined, host(files, asked));

it('takes the first weights that are there, and of a static model never its ONNX export', async () => {
  const graph = tinyModel().find(({ path }) => path === 'model.onnx')!;
  const asked: string[] = [];
  const files = await fetched([...tinyStaticModel(), { ...graph, path: 'onnx/model.onnx' }], asked);
  expect(readFolder(files, 'm')).toMatchObject({
    settings: { kind: 'static' },
    weights: { path: 'model.safetensors' },
  });
  expect(asked.filter((path) => path.endsWith('.onnx'))).toEqual([]);
  const quantized = { ...graph, path: 'onnx/model_quantized.onnx' };
  expect(readFolder(await fetched([...tinyModel(), quantized]), 'm').weights.path).toBe(quantized.path);
});

it('says what an address lacks', async () => {
  await expect(fetched([])).rejects.toThrow('there is no tokenizer.json');
  const noWeights = tinyModel().filter(({ path }) => !path.endsWith('.onnx'));
  await expect(fetched(noWeights)).rejects.toThrow('there are no weights');
});
