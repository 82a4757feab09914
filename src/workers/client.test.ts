import { afterEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_PARAMETERS, type Parameters } from '../detection/parameters.ts';
import { createEngineClient, type EngineClient } from './client.ts';
import { errorOf, spawnNodeWorker } from './testing.ts';

const script = new URL('./service/fixtures/stuckEngine.worker.mjs', import.meta.url);
const clients: EngineClient[] = [];

function engine(patience = 300) {
  const onRestart = vi.fn();
  const spawn = vi.fn(() => spawnNodeWorker(script));
  const client = createEngineClient({ spawn, onRestart, patience });
  clients.push(client);
  const open = (name: string) => client.open({ kind: 'sample', name }, null, null, () => undefined) as Promise<unknown>;
  const analyze = (name: string) =>
    client.analyze({ ...DEFAULT_PARAMETERS, name } as Parameters, () => undefined) as Promise<unknown>;
  return { client, open, analyze, onRestart, spawn };
}

afterEach(() => {
  for (const client of clients.splice(0)) client.dispose();
});

describe('an engine that does not answer', () => {
  it('while it opens a ledger is ended by cancel: nothing has to be opened again', async () => {
    const { client, open, onRestart } = engine();
    await open('before');
    const opening = errorOf(open('stuck'));
    client.cancel();
    expect(await opening).toEqual({ kind: 'cancelled', what: 'opening the ledger' });
    expect(onRestart).not.toHaveBeenCalled();
    expect(await open('next')).toEqual({ name: 'next', reference: null });
  });

  it('while it analyses is ended by cancel: the ledger it held has to be opened again', async () => {
    const { client, open, analyze, onRestart } = engine();
    await open('held');
    const analysing = errorOf(analyze('stuck'));
    client.cancel();
    expect(await analysing).toEqual({ kind: 'cancelled', what: 'analysing the ledger' });
    expect(onRestart).toHaveBeenCalledExactlyOnceWith('it did not answer any more');
  });

  it('is replaced by one that opens the next ledger, with the reference that it was given', async () => {
    const { client, open, analyze, onRestart, spawn } = engine();
    await client.setReferenceFile({ name: 'reference.json', text: '' });
    await open('held');
    const analysing = errorOf(analyze('stuck'));
    expect(await open('next')).toEqual({ name: 'next', reference: 'reference.json' });
    expect(await analysing).toMatchObject({ kind: 'cancelled' });
    expect(onRestart).not.toHaveBeenCalled();
    expect(spawn).toHaveBeenCalledTimes(2);
  });

  it('opens nothing any more that was cancelled meanwhile', async () => {
    const { client, open, analyze } = engine();
    await open('held');
    const analysing = errorOf(analyze('stuck'));
    const opening = errorOf(open('next'));
    client.cancel();
    expect(await opening).toEqual({ kind: 'cancelled', what: 'opening the ledger' });
    expect(await analysing).toMatchObject({ kind: 'cancelled' });
  });
});

it('an engine that answers is left alone by cancel and by opening another ledger', async () => {
  const patience = 3000;
  const { client, open, spawn } = engine(patience);
  await open('first');
  const slow = errorOf(open('slow'));
  expect(await open('next')).toEqual({ name: 'next', reference: null });
  client.cancel();
  expect(await slow).toEqual({ kind: 'cancelled', what: 'slowly' });
  await new Promise((resolve) => setTimeout(resolve, 1.2 * patience));
  expect(spawn).toHaveBeenCalledOnce();
});
