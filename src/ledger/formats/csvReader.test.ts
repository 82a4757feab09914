import { describe, expect, it } from 'vitest';
import { openCsv } from './csvReader.ts';
import { collector, failure, named, open } from '../testing.ts';

const header = 'event_id,agent_id,text';

async function textsOf(content: string): Promise<unknown[]> {
  const sink = collector();
  await open(named('a.csv', content), { sink });
  return sink.rows.map(({ text }) => text);
}

describe('CSV', () => {
  it('may mix its line ends, in and outside of quoted texts', async () => {
    expect(await textsOf(`${header}\n0,a,x\r\n1,b,"y"\r\n2,a,z\n`)).toEqual(['x', 'y', 'z']);
    expect(await textsOf(`${header}\n0,a,"x\r\ny"\n1,b,z`)).toEqual(['x\r\ny', 'z']);
    expect(await textsOf(`${header}\r\n0,a,"x\ny"\r\n1,b,z\r\n`)).toEqual(['x\ny', 'z']);
    expect(await textsOf(`${header}\r0,a,x\r1,b,z\r`)).toEqual(['x', 'z']);
  });

  it('passes over empty lines, whatever their ends', async () => {
    expect(await textsOf(`${header}\r\n\r\n0,a,x\n\n1,b,y\r\n\r\n`)).toEqual(['x', 'y']);
  });

  it.each([
    [
      'never closed',
      `${header}\n0,a,x\n1,a,"y\n2,b,z\n`,
      'row 3 (the header line counts as one) holds a quote that is never closed',
    ],
    [
      'in the middle',
      `${header}\n0,a,x\n1,a,"y" z\n2,b,z\n`,
      'row 3 (the header line counts as one) holds a quote within a quoted field',
    ],
  ])('a quote %s is refused by its row', async (_, content, message) => {
    expect(await failure(open(named('a.csv', content)))).toMatchObject({
      kind: 'file',
      message: `a.csv: ${message}. Write a quote within a quoted field twice, and close every quoted field`,
    });
  });

  it('is the same wherever the pieces that it is read in end', async () => {
    const text = `${header}\r\n1,a,é\r\n\r\n2,a,"x ""y"" z\r\n, and more"\r\n3,b,"end"\n4,b,""\r\n`;
    const whole = [
      ['1', 'a', 'é'],
      ['2', 'a', 'x "y" z\r\n, and more'],
      ['3', 'b', 'end'],
      ['4', 'b', null],
    ];
    for (let size = 1; size <= text.length + 2; size++) {
      const reader = await openCsv(named('a.csv', text), size);
      const rows: unknown[][] = [];
      const columns = reader.fields.map(({ name }) => name);
      for await (const batch of reader.read({ columns, batchRows: 3 }))
        for (let row = 0; row < batch.rows; row++)
          rows.push(batch.columns.map((column) => (column as readonly unknown[])[row]));
      expect(rows, `${size} bytes at a time`).toEqual(whole);
    }
  });
});
