import fc from 'fast-check';
import { expect, test } from 'vitest';
import { messageHtml } from './markdown.ts';

test('bold, lists and code are what they are, and lines stay', () => {
  expect(messageHtml('**can** do\nthis')).toBe('<p><strong>can</strong> do\nthis</p>');
  expect(messageHtml('- one\n- two')).toContain('<li>one</li>');
  expect(messageHtml('`a < b`')).toBe('<p><code>a &lt; b</code></p>');
});

test('nothing in it acts: no HTML, no pictures, no links, no headings of the page', () => {
  expect(messageHtml('<script>alert(1)</script>')).not.toContain('<script');
  expect(messageHtml('![a cat](https://evil.example/x.png "t")')).toBe('<p>a cat</p>');
  expect(messageHtml('[here](https://evil.example/?a=1&b="2")')).toContain(
    '<span class="message-link" title="https://evil.example/',
  );
  expect(messageHtml('[x](javascript:alert(1))')).not.toContain('javascript');
  expect(messageHtml('# Loud')).toBe('<p class="message-heading">Loud</p>');
});

test('whatever is written, only harmless elements and attributes come out', () => {
  const piece = fc.constantFrom(
    ...[
      '<img src=x onerror=y>',
      '![',
      '](',
      ')',
      '[',
      '<a href="',
      '"',
      '>',
      '# ',
      '`',
      '**',
      '<https://a.b>',
      '\n',
      'x',
    ],
  );
  const harmless = /<\/?(p|strong|em|code|pre|ul|ol|li|blockquote|hr|br|span)( (class|title|start)="[^"<>]*")*( \/)?>/g;
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      expect(messageHtml(pieces.join('')).replaceAll(harmless, '')).not.toMatch(/[<>]/);
    }),
    { numRuns: 2000 },
  );
});
