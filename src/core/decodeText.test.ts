import { expect, it } from 'vitest';
import { decodeText } from './decodeText.ts';

const utf16 = (text: string, bigEndian: boolean): Uint8Array => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
};

it.each<[string, Uint8Array]>([
  ['UTF-8', Buffer.from('{"é": 1}')],
  ['UTF-8 with its mark', Buffer.from('\ufeff{"é": 1}')],
  ['UTF-16, little end first', utf16('{"é": 1}', false)],
  ['UTF-16, big end first', utf16('{"é": 1}', true)],
])('reads %s', (_, bytes) => {
  expect(decodeText(bytes)).toEqual({ ok: true, value: '{"é": 1}' });
});

it.each<[string, Uint8Array, string]>([
  ['nothing', Buffer.from(''), 'it is empty'],
  ['only a mark', Buffer.from('\ufeff \n'), 'it is empty'],
  ['Latin-1', Buffer.from('{\n"Zo\xeb": 1}', 'latin1'), 'it is not text in UTF-8 (byte 0xeb in line 2)'],
  ['a stray byte', Buffer.from([0x61, 0x0a, 0x0a, 0xff, 0x61]), 'it is not text in UTF-8 (byte 0xff in line 3)'],
  ['a cut character', Buffer.from('é').subarray(0, 1), 'it is not text in UTF-8: its last character is cut off'],
  ['UTF-16 without its mark', Buffer.from('{"a": 1}', 'utf16le'), 'it is not text'],
  ['UTF-16 cut in two', utf16('{"a": 1}', false).subarray(0, 7), 'it is not text in UTF-16LE: its last'],
  ['a binary', Buffer.from('PAR1\0\0'), 'it is not text'],
])('refuses %s', (_, bytes, problem) => {
  expect(decodeText(bytes)).toEqual({ ok: false, error: expect.stringContaining(problem) as string });
});
