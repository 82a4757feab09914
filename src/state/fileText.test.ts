import { describe, expect, it } from 'vitest';
import { textOfFile } from './fileText.ts';

const read = (bytes: readonly number[] | string): Promise<string> =>
  textOfFile(new Blob([typeof bytes === 'string' ? bytes : Uint8Array.from(bytes)]), 'a.json');

describe('the text of a file', () => {
  it('is UTF-8 or UTF-16, without its mark', async () => {
    expect(await read('\ufeff{"h": 8.5}')).toBe('{"h": 8.5}');
    expect(await read([0xff, 0xfe, 0x7b, 0, 0x7d, 0])).toBe('{}');
  });

  it('is refused by name where it is no text', async () => {
    await expect(read([0x7b, 0x0a, 0xe9, 0x7d])).rejects.toThrow(
      /a\.json: it is not text in UTF-8 \(byte 0xe9 in line 2\)/,
    );
    await expect(read('')).rejects.toThrow('a.json: it is empty');
  });
});
