import { expect, it } from 'vitest';
import { fileName } from './fileName.ts';

it('makes file names that every file system takes', () => {
  expect(fileName(['tautline', 'a/b: c?', 'DRIFT', '12403'], 'html')).toBe('tautline-a-b-c-DRIFT-12403.html');
  expect(fileName(['é', '', 'x'.repeat(300)], 'json')).toBe(`é-${'x'.repeat(118)}.json`);
});
