import { expect, it, vi } from 'vitest';
import { skipped } from './testing.ts';

it('a group that lacks something is skipped, and said so, or fails where that is required', () => {
  const said = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    expect(skipped('broker', 'The topic', 'there is no java', 'client')).toBe('there is no java');
    expect(skipped('broker', 'The topic', null, 'client,broker')).toBeNull();
    expect(said.mock.calls.flat()).toEqual(['The topic: skipped, there is no java\n', 'The topic: run\n']);
    expect(() => skipped('broker', 'The topic', 'there is no java', 'client,broker')).toThrow(/required.*no java/);
  } finally {
    said.mockRestore();
  }
});
