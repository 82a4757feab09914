import { describe, expect, it, vi } from 'vitest';
import { readFolder } from './folder.ts';
import { tryGpu, withFallback } from './gpu.ts';
import { createModel } from './model.ts';
import { startNodeSession } from './session.node.ts';
import { tinyModel, tinyStaticModel } from './testing.ts';
import type { ModelSession, StartSession, TextModel } from './types.ts';

const folder = readFolder(tinyModel(), 'tiny');
const tiny = (start: StartSession = startNodeSession): Promise<TextModel> => createModel(folder, start);

/** The runtime of the processor in the card's place, with numbers that are off by `error`. */
const card =
  (error: number, released = vi.fn()): StartSession =>
  async (graph) => {
    const session = await startNodeSession(graph);
    const run: ModelSession['run'] = async (feeds, output) => {
      const { data, dims } = await session.run(feeds, output);
      return { data: data.map((value, i) => value + (i % 3 === 0 ? error : 0)), dims };
    };
    return { ...session, run, release: () => Promise.resolve(released()) };
  };
const tried = async (start: StartSession, hasGpu = true) =>
  tryGpu(folder, await tiny(), { hasGpu: () => Promise.resolve(hasGpu), start, speedOf: () => Promise.resolve(700) });

describe('a model on the graphics card', () => {
  it('is used where its vectors are those of the processor, and let go of again', async () => {
    const released = vi.fn();
    expect(await tried(card(1e-4, released))).toEqual({ speed: 700, reason: null });
    expect(released).toHaveBeenCalledOnce();
  });

  it('is not used without a card, with other vectors, or where it cannot be started', async () => {
    expect(await tried(card(0), false)).toEqual({ speed: null, reason: 'this browser has no WebGPU adapter' });
    expect((await tried(card(0.3))).reason).toMatch(/^its vectors are others there \(cosine 0\.\d{4}\)$/);
    const failing = await tried(() => Promise.reject(new Error('no such operator')));
    expect(failing).toMatchObject({ speed: null, reason: expect.stringContaining('no such operator') as string });
    const of = readFolder(tinyStaticModel(), 'tiny');
    const given = { hasGpu: () => Promise.resolve(true), start: card(0), speedOf: () => Promise.resolve(1) };
    expect((await tryGpu(of, await tiny(), given)).reason).toBe('a static model needs none');
  });

  it('goes on on the processor where the card fails, at the start or on the way, and says so', async () => {
    const plain = await tiny();
    const { vector } = await plain.embed('a word');
    const lost: StartSession = async (graph) => {
      const session = await startNodeSession(graph);
      let runs = 0;
      const run: ModelSession['run'] = (...asked) =>
        runs++ < 2 ? session.run(...asked) : Promise.reject(new Error('the device was lost'));
      return { ...session, run };
    };
    const model = await withFallback(
      () => tiny(lost),
      () => tiny(),
    );
    expect((await model.embed('a word')).vector).toEqual(vector);
    expect(model.note!()).toBe(null);
    expect((await model.embed('a word')).vector).toEqual(vector);
    expect(model.note!()).toMatch(/^WebGPU failed, so texts were embedded by the processor \(.*the device was lost/);
    const other = await withFallback(
      () => tiny(() => Promise.reject(new Error('none'))),
      () => tiny(),
    );
    expect((await other.embed('a word')).vector).toEqual(vector);
    expect(other.note!()).toContain('none');
  });
});
