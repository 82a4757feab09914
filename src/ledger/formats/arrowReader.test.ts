import { describe, expect, it } from 'vitest';
import { failure, fixture, named, open } from '../testing.ts';

describe('compressed Arrow', () => {
  it.each(['zstd.arrows', 'lz4.arrow'])('%s damaged within a buffer is refused by name', async (name) => {
    const whole = new Uint8Array(await fixture(name).blob.arrayBuffer());
    let refused = 0;
    for (let at = 500; at + 80 < whole.length; at += 80) {
      const damaged = whole.slice();
      damaged.fill(0, at, at + 80);
      const error = await open(named('damaged.arrow', damaged)).then(
        () => null,
        (thrown: unknown) => thrown as Error,
      );
      if (error) expect(error.message).toContain('damaged.arrow');
      if (error?.message.includes('truncated or damaged')) refused++;
    }
    expect(refused).toBeGreaterThan(2);
  });

  it('that states another length than a buffer has is refused', async () => {
    const whole = new Uint8Array(await fixture('zstd.arrows').blob.arrayBuffer());
    const magic = [0x28, 0xb5, 0x2f, 0xfd];
    const at = whole.findIndex((_, i) => magic.every((byte, j) => whole[i + j] === byte));
    whole[at - 8] += 8;
    expect((await failure(open(named('long.arrows', whole)))).message).toMatch(
      /long\.arrows: the Arrow file .* damaged \(column "event_id": a Zstandard frame does not hold the 104 bytes/,
    );
  });
});
