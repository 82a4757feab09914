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
    expect(await textsOf(`${header}\n0,a,x\r1,b,"y\rz"\r\n2,c,"\n"\r\r3,d,q\n`)).toEqual(['x', 'y\rz', '\n', 'q']);
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
    [
      'never closed, in the cell after a text of two lines',
      `${header}\n0,"a\nb","x\n1,b,z\n`,
      'row 2 (the header line counts as one; line 3 of the file) holds a quote that is never closed',
    ],
    [
      'too few in a long file',
      `${header}\n0,a,x\n1,a,"y\n${'2,b,text of some length\n'.repeat(1_700_000)}`,
      'row 3 (the header line counts as one) holds a quote that is not closed within 32 million characters',
    ],
  ])('a quote %s is refused by its row', async (_, content, message) => {
    expect(await failure(open(named('a.csv', content)))).toMatchObject({
      kind: 'file',
      message: `a.csv: ${message}. Write a quote within a quoted field twice, and close every quoted field`,
    });
  });

  it.each([
    ['three rows', `${header}\n0,a,"x\n1,b,y\n2,a,z\n3,b,w"\n4,a,v\n`],
    ['one row', `${header}\n0,a,"x\r\n1,b,y"\r\n4,a,v\r\n`],
    ['a row, in the middle', `event_id,text,agent_id\n0,"x,a\n1,y",b\n`],
  ])('two stray quotes that make %s a text are refused', async (_, content) => {
    expect((await failure(open(named('a.csv', content)))).message).toContain(
      'a.csv: row 2 (the header line counts as one) holds a text over several lines that look like rows',
    );
  });

  it('keeps texts over several lines that are no rows of this table', async () => {
    const texts = ['a,b,c\nd,e,f', 'one\n2,two\n3,4,5,6', '1\n\n2'];
    const rows = texts.map((text, i) => `${i},a,"${text}"`).join('\n');
    expect(await textsOf(`${header}\n${rows}\n`)).toEqual(texts);
  });

  it('takes quotes within an unquoted cell, and blanks after a quoted one, as they are meant', async () => {
    expect(await textsOf(`${header}\n0,a,5" disk\n1,b,"""q"""\n2,"c" ,"x" \n`)).toEqual(['5" disk', '"q"', 'x']);
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

describe('CSV columns and rows', () => {
  it('has a header line of any length', async () => {
    const wide = Array.from({ length: 3000 }, (_, i) => `${'a_long_name_of_a_column_'.repeat(5)}${i}`);
    const cells = `${',1'.repeat(wide.length)}\n`;
    const { report } = await open(named('a.csv', `${header},${wide.join(',')}\n0,a,x${cells}1,b,y${cells}`));
    expect([report.events, report.columns.length]).toEqual([2, 3003]);
  });

  it.each([
    [' event_id,agent_id,event_id', 'names the column "event_id" twice'],
    ['\ufeffevent_id,agent_id,\ufeffagent_id', 'names the column "agent_id" twice'],
    ['event_id,agent_id, ', 'has a column without a name'],
  ])('the header %j is refused', async (line, message) => {
    expect((await failure(open(named('a.csv', `${line}\n1,2,3\n`)))).message).toContain(`its header line ${message}`);
  });

  it('rows of too few or too many cells, or with a NUL character, are left out and named', async () => {
    const good = Array.from({ length: 400 }, (_, i) => `${i},a,text ${i}\n`).join('');
    const { report } = await open(named('a.csv', `${header}\n${good}400,b\n401,b,x,y\n402,b,x\0\n403,b,z\n`));
    expect(report.leftOut).toEqual([
      { reason: 'the line has 2 fields, 3 expected', count: 1, examples: ['row 401 of a.csv'] },
      { reason: 'the line has 4 fields, 3 expected', count: 1, examples: ['row 402 of a.csv'] },
      { reason: 'the line has a NUL character', count: 1, examples: ['row 403 of a.csv'] },
    ]);
    expect(report.events).toBe(401);
  });

  it.each([
    ['latency_ms', '12', '12,5', 'DOUBLE'],
    ['ts', '2026-01-05', 'soon', 'TIMESTAMP'],
    ['embedding', '[1;2]'.replace(';', ' '), '[1 x]', 'FLOAT[]'],
    ['event_id', '7', '9223372036854775808', 'BIGINT'],
    ['event_id', '7', '7.5', 'BIGINT'],
    ['autonomy_level', '2', 'high', 'TINYINT'],
  ])('a %s that cannot be meant is named by its row, early or late', async (column, right, wrong, needed) => {
    for (const bad of column === 'autonomy_level' ? [1] : [1, 5000]) {
      const rows = Array.from({ length: bad + 3 }, (_, i) => `a,t${i},"${i === bad ? wrong : right}"\n`).join('');
      const refused = await failure(open(named('a.csv', `agent_id,text,${column}\n${rows}`)));
      expect(refused.message).toContain(`column "${column}": found "${wrong}" at row ${bad + 1}, need ${needed}`);
    }
  });

  it('opens by its text where a column is empty lists throughout', async () => {
    for (const empty of ['{}', '[]', '[ ]', '""'])
      expect((await open(named('a.csv', `${header},tags\n0,a,x,${empty}\n1,b,y,${empty}\n`))).report).toMatchObject({
        events: 2,
        embedder: 'built-in',
      });
  });

  it('keeps integers beyond 2^53 to the last digit', async () => {
    const sink = collector();
    await open(named('a.csv', `${header},span\n-9007199254740993,a,x,9007199254740993\n`), { sink });
    expect(sink.rows[0]).toMatchObject({ event_id: -9007199254740993n, span: '9007199254740993' });
  });
});
