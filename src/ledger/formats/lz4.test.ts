import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inflateLz4Frame } from './lz4.ts';

/**
 * What lz4 1.9.4 made of `content`: linked blocks with checksums (-BD -BX -12), and independent ones with a stated size
 * (-BI --content-size).
 */
const frame = (name: string) => new Uint8Array(readFileSync(new URL(`../fixtures/${name}.lz4`, import.meta.url)));
const LENGTH = 200_000;
let text = '';
for (let i = 0; text.length < LENGTH; i++) text += `event ${((i % 60) * 7919) % 1000} of agent ${i % 7}. `;
const content = new TextEncoder().encode(text.slice(0, LENGTH));

describe('LZ4 frames', () => {
  it.each(['linked', 'independent'])('%s blocks inflate to what was compressed', (name) => {
    expect(inflateLz4Frame(frame(name), LENGTH)).toEqual(content);
  });

  it('a damaged frame is refused at every place where it can be cut, and never read beyond', () => {
    const whole = frame('linked');
    for (let end = 0; end < whole.length - 8; end += 1)
      expect(() => inflateLz4Frame(whole.slice(0, end), LENGTH)).toThrow();
    expect(() => inflateLz4Frame(whole, LENGTH - 1)).toThrow(RangeError);
    expect(() => inflateLz4Frame(whole, LENGTH + 1)).toThrow('inflated to 200000');
    expect(() => inflateLz4Frame(content, LENGTH)).toThrow('no LZ4 frame');
  });
});
