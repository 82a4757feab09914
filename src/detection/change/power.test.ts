import { describe, expect, it } from 'vitest';
import { boxMuller, openMulberry32 } from '../../core/random.ts';
import { Scheduler } from '../../core/scheduler.ts';
import { testKernels } from '../../kernels/testing.ts';
import { powerText } from '../healthText.ts';
import { changePower, type PowerInput } from './power.ts';
import type { ChannelPower } from './powerTypes.ts';
import { changeLimit } from './types.ts';

const kernels = testKernels();
const AXES = 10;

/** Streams of independent features, in conversations of five messages that differ a little. */
function input(messages: readonly number[], change: Partial<PowerInput> = {}): PowerInput {
  const random = openMulberry32(5);
  const normal = () => boxMuller(random(), random());
  const stream = messages.flatMap((count, s) => new Array<number>(count).fill(s));
  const conversation = messages.flatMap((count) => Array.from({ length: count }, (_, i) => Math.floor(i / 5)));
  const shift = new Float64Array(AXES);
  const features = Float32Array.from({ length: stream.length * AXES }, (_, at) => {
    const a = at % AXES;
    if (Math.floor(at / AXES) % 5 === 0) shift[a] = 0.5 * normal();
    return shift[a] + normal();
  });
  return {
    channel: 'style',
    axes: AXES,
    streams: messages.length,
    stream: Int32Array.from(stream),
    conversation: Int32Array.from(conversation),
    features,
    limit: changeLimit(0, 10_000),
    wander: 0,
    ...change,
  };
}

const measure = (made: PowerInput): Promise<ChannelPower> => changePower(kernels, made, new Scheduler('measuring', {}));
const sizeOf = async (made: PowerInput): Promise<number> => (await measure(made)).streams[0].size ?? Infinity;

describe('what size of change would be found', () => {
  it('is smaller the longer the reference, and larger the higher the limit', async () => {
    const [short, middle, long] = [await sizeOf(input([40])), await sizeOf(input([150])), await sizeOf(input([600]))];
    expect(short).toBeGreaterThan(middle);
    expect(middle).toBeGreaterThan(long);
    expect(long).toBeGreaterThan(0.3);
    expect(short).toBeLessThan(3);
    expect(await sizeOf(input([150], { limit: changeLimit(0, 10_000_000) }))).toBeGreaterThan(middle);
  });

  it('is the same at every call, and of each stream by itself', async () => {
    const made = input([60, 300]);
    const power = await measure(made);
    expect(await measure(made)).toEqual(power);
    const [few, many] = power.streams;
    expect(few).toMatchObject({ messages: 60, conversations: 12, tooShort: false });
    expect(few.size!).toBeGreaterThan(many.size!);
    expect(powerText(power, ['a', 'b'])).toMatch(
      /^Style change: with 12 to 60 conversations a stream of reference, a change of [\d.]+ to [\d.]+ sd over eight /,
    );
  });

  it('says so where the reference is too short, and where no change is large enough', async () => {
    const short = await measure(input([25]));
    expect(short.streams).toEqual([{ stream: 0, messages: 25, conversations: 5, size: null, tooShort: true }]);
    expect(powerText(short, ['a'])).toContain('the reference is too short');
    const never = await measure(input([60], { limit: 1e6 }));
    expect(never.streams[0]).toMatchObject({ size: null, tooShort: false });
    expect(powerText(never, ['a'])).toContain('not even a change of 4 sd');
  });
});
