import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ALIGNMENTS, readCompare, writeCompare, type CompareView } from './compareView.ts';

const text = fc.string({ minLength: 1, maxLength: 12 });
const range = fc.tuple(fc.nat(1000), fc.integer({ min: 1, max: 1000 })).map(([from, n]) => ({ from, to: from + n }));
const side = fc.record({ range, stream: text, ledger: fc.constantFrom('first' as const, 'second' as const) });
const second = fc.oneof(
  fc.record({ kind: fc.constantFrom('sample' as const, 'file' as const), name: text }),
  text.map((url) => ({ kind: 'url' as const, url })),
);

it('what is compared comes back from the address, whatever streams and files are called', () => {
  fc.assert(
    fc.property(
      fc.option(side),
      fc.option(side),
      second,
      fc.constantFrom('first' as const, 'second' as const),
      fc.option(text),
      fc.constantFrom(...ALIGNMENTS),
      (a, b, of, axes, streamKey, align) => {
        const view: CompareView = { a, b, second: of, axes, streamKey, align };
        expect(readCompare(writeCompare(view))).toEqual(view);
      },
    ),
  );
});

it('a side of a second ledger is none where no second ledger is named, and addresses of before are read', () => {
  expect(readCompare(['a=0-200=p=1', 'b+=5-9=q'])).toEqual({
    a: { range: { from: 0, to: 200 }, stream: 'p=1', ledger: 'first' },
    b: null,
    second: null,
    axes: 'first',
    streamKey: null,
    align: 'start',
  });
  expect(readCompare(['a=200-100=p', 'b=x', 'with=disk=c', 'align=moon'])).toMatchObject({
    a: null,
    b: null,
    second: null,
  });
});
