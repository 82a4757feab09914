import { describe, expect, it } from 'vitest';
import { lengthVerdict, sidesOf } from './selections.ts';

const PLACE = {
  name: 'b',
  onset: 500,
  event: 512,
  end: 520,
  events: 1000,
  visible: { from: 300, to: 700 },
  stretch: null,
};

describe('sidesOf', () => {
  it('takes the episode, widened, against what the stream said before it', () => {
    expect(sidesOf('before', PLACE)).toMatchObject({
      window: { range: { from: 500, to: 700 }, stream: { name: 'b' } },
      reference: { range: { from: 0, to: 500 }, stream: { name: 'b' } },
    });
  });
  it('takes the same events of the other streams', () => {
    const { window, reference } = sidesOf('others', { ...PLACE, end: 900 });
    expect(window.range).toEqual({ from: 500, to: 900 });
    expect(reference).toEqual({ range: { from: 500, to: 900 }, stream: { name: 'b', not: true } });
  });
  it('never leaves the ledger', () => {
    expect(sidesOf('before', { ...PLACE, onset: 950, event: 960, end: 1000 }).window.range).toEqual({
      from: 950,
      to: 1000,
    });
  });
  it('compares the visible range with all before it', () => {
    expect(sidesOf('visible', PLACE)).toMatchObject({
      window: { range: { from: 300, to: 700 } },
      reference: { range: { from: 0, to: 300 } },
    });
  });
});

describe('lengthVerdict', () => {
  it.each([
    [0.05, /as long as before/],
    [-0.2, /a little shorter/],
    [0.4, /Texts are longer: this may be a change of verbosity/],
    [-0.9, /much shorter/],
    [NaN, /cannot be compared/],
  ])('of %d', (delta, said) => expect(lengthVerdict(delta)).toMatch(said));
});
