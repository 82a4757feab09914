import { describe, expect, it } from 'vitest';
import { escapeXml, SvgContext } from './svgContext.ts';

const measure = { font: '', measureText: (text: string) => ({ width: 6 * text.length }) as TextMetrics };

describe('SvgContext', () => {
  it('writes what is drawn, with the state it is drawn in', () => {
    const g = new SvgContext(measure);
    g.fillStyle = '#11223380';
    g.save();
    g.fillStyle = '#ff0000';
    g.fillRect(10, 10, -4, 2);
    g.restore();
    g.fillRect(0, 0, 3, 3);
    g.setLineDash([5, 3]);
    g.beginPath();
    g.moveTo(0, 0.5);
    g.lineTo(9, 0.5);
    g.stroke();
    const svg = g.markup({ width: 20, height: 10 });
    expect(svg).toContain('<rect x="6" y="10" width="4" height="2" fill="#ff0000"/>');
    expect(svg).toContain('<rect x="0" y="0" width="3" height="3" fill="#112233" fill-opacity="0.5"/>');
    expect(svg).toContain('<path d="M0 0.5L9 0.5" fill="none" stroke="#000" stroke-width="1" stroke-dasharray="5 3"/>');
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="20" height="10" viewBox="0 0 20 10">/);
  });

  it('clips within clips, and not elsewhere', () => {
    const g = new SvgContext(measure);
    const clipTo = (width: number): void => {
      g.beginPath();
      g.rect(0, 0, width, 5);
      g.clip();
    };
    g.save();
    clipTo(8);
    clipTo(4);
    g.fillRect(0, 0, 1, 1);
    g.at(2, 3, () => g.fillRect(0, 0, 2, 2));
    g.restore();
    g.fillRect(0, 0, 3, 3);
    const svg = g.markup({ width: 8, height: 8 });
    expect(svg).toContain('<clipPath id="t2" clip-path="url(#t1)">');
    expect(svg).toContain('<rect x="0" y="0" width="1" height="1" fill="#000" clip-path="url(#t2)"/>');
    expect(svg).toContain('<g transform="translate(2 3)"><rect x="0" y="0" width="2" height="2" fill="#000"/></g>');
    expect(svg).toContain('<rect x="0" y="0" width="3" height="3" fill="#000"/>');
  });

  it('escapes texts, and fits them where they are too wide', () => {
    const g = new SvgContext(measure);
    g.textAlign = 'right';
    g.fillText('a < b & "c"', 5, 5, 30);
    const svg = g.markup({ width: 9, height: 9 });
    expect(svg).toContain('>a &lt; b &amp; &quot;c&quot;</text>');
    expect(svg).toContain('text-anchor="end"');
    expect(svg).toContain('textLength="30"');
    expect(escapeXml('\u0001')).toBe('\ufffd');
  });
});
