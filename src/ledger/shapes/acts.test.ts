import { describe, expect, it } from 'vitest';
import { read } from './testing.ts';

describe('traces of any form', () => {
  const span = (id: number, parent: number | null, attributes: object = {}): unknown => ({
    name: 'x',
    context: { trace_id: 't', span_id: `s${id}` },
    parent_id: parent === null ? null : `s${parent}`,
    start_time: '2026-01-05T09:00:00Z',
    end_time: '2026-01-05T09:00:01Z',
    attributes,
  });
  const said = (text: string): object => ({ 'gen_ai.operation.name': 'chat', 'gen_ai.completion.0.content': text });

  it('20,000 spans below each other take the agent of the first, in no time', () => {
    const spans = Array.from({ length: 20_000 }, (_, i) =>
      span(i, i === 0 ? null : i - 1, i === 0 ? { 'gen_ai.agent.name': 'a' } : said('b')),
    );
    const { rows } = read([spans.reverse()]);
    expect(rows).toHaveLength(19_999);
    expect(new Set(rows.map((row) => row.agent_id))).toEqual(new Set(['a']));
  });

  it('spans that are above each other in a circle end', () => {
    const { rows } = read([[span(1, 2, said('a')), span(2, 1, said('b')), span(3, 3, said('c'))]]);
    expect(rows.map((row) => row.text)).toEqual(['a', 'b', 'c']);
  });

  it('content nested beyond reason is not followed', () => {
    let deep: unknown = 'x';
    for (let i = 0; i < 5000; i++) deep = { content: [deep] };
    const attributes = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.output.messages': [{ role: 'assistant', content: deep }],
    };
    expect(read([[span(1, null, attributes), span(2, null, said('a'))]]).rows.map((row) => row.text)).toEqual(['a']);
  });

  it.each([
    [{ 'gen_ai.response.finish_reasons': ['refusal'] }, null],
    [
      { 'gen_ai.response.finish_reasons': '["stop"]', 'gen_ai.output.messages': '[{"role":"assistant","parts":[]}]' },
      null,
    ],
    [
      { 'gen_ai.response.finish_reasons': ['length'], 'gen_ai.output.messages': '[{"role":"assistant","parts":[]}]' },
      undefined,
    ],
    [{ 'gen_ai.output.messages': '[{"role":"assistant","parts":[{"type":"reasoning","content":"hm"}]}]' }, undefined],
    [{ 'gen_ai.output.messages': '[]' }, undefined],
    [{ 'gen_ai.output.messages': 'no JSON' }, undefined],
    [{ 'gen_ai.completion': 'plain' }, 'plain'],
    [{ 'output.value': '{"choices":[{"message":{"role":"assistant","content":"in it"}}]}' }, 'in it'],
  ])('%j says %j', (attributes, text) => {
    const { rows } = read([[span(1, null, { 'gen_ai.operation.name': 'chat', ...attributes })]]);
    expect(rows.map((row) => row.text)).toEqual(text === undefined ? [] : [text]);
  });

  it.each([
    [{ 'a2a.task.state': 'TASK_STATE_FAILED' }, 'error'],
    [{ 'a2a.task.state': 'rejected' }, 'error'],
    [{ 'a2a.task.state': 'input-required' }, 'escalated'],
    [{ 'a2a.task.state': 'completed' }, 'ok'],
    [{ 'error.type': 'timeout' }, 'error'],
  ])('%j ends %s', (attributes, outcome) => {
    const { rows } = read([[span(1, null, { ...said('a'), ...attributes })]]);
    expect(rows[0].outcome).toBe(outcome);
  });

  it('a vector is the embedding only where every event has one', () => {
    const vector = { 'embedding.embeddings.0.embedding.vector': [1, 2] };
    expect(read([[span(1, null, { ...said('a'), ...vector })]]).columns).toContain('embedding');
    expect(read([[span(1, null, { ...said('a'), ...vector }), span(2, null, said('b'))]]).columns).not.toContain(
      'embedding',
    );
  });
});
