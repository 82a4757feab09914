import { describe, expect, test } from 'vitest';
import { agentRates, type AgentSums, type Vote } from './agents.ts';

const sums = (change: Partial<AgentSums> = {}): AgentSums => ({
  agent: 'ann',
  bucket: 0,
  events: 10,
  cachedTokens: 0,
  inputTokens: 0,
  cacheEvents: 0,
  cost: 0,
  costEvents: 0,
  costTasks: 0,
  tasksOpened: 0,
  outcomes: 0,
  ok: 0,
  reworks: 0,
  errors: 0,
  escalated: 0,
  autonomyEvents: 0,
  autonomyRaised: 0,
  autonomyLowered: 0,
  decided: 0,
  decidedOk: 0,
  contextEvents: 0,
  contextTokens: 0,
  autonomyLevels: 0,
  ...change,
});

describe('agents', () => {
  test('what is not stated is missing, not 0', () => {
    const {
      agents: [ann],
      stated,
    } = agentRates([sums(), sums({ bucket: 1, inputTokens: 100, cachedTokens: 0, cacheEvents: 1 })], [], 2);
    expect([...ann.metrics.cacheHit.values]).toEqual([Number.NaN, 0]);
    expect(ann.metrics.cacheHit.total).toBe(0);
    expect(ann.metrics.error.total).toBeNaN();
    expect(ann.metrics.costPerTask.total).toBeNaN();
    expect(ann.metrics.autonomyLevel.values.every(Number.isNaN)).toBe(true);
    expect(stated).toEqual(['cacheHit']);
  });

  test('outcomes are shares of the stated ones, of all events where only exceptions are marked', () => {
    const stated = agentRates([sums({ outcomes: 4, ok: 2, errors: 1, reworks: 1 })], [], 1);
    expect(stated.agents[0].metrics.error.total).toBe(0.25);
    expect(stated.notes).toEqual([]);
    const marks = agentRates([sums({ outcomes: 1, errors: 1 }), sums({ agent: 'bob' })], [], 1);
    expect(marks.agents.map(({ agent, metrics }) => [agent, metrics.error.total])).toEqual([
      ['ann', 0.1],
      ['bob', 0],
    ]);
    expect(marks.notes.join(' ')).toContain('shares of all events');
    expect(marks.stated).toEqual(['error']);
    expect(stated.stated).toEqual(['rework', 'error', 'escalation']);
  });

  test('a bucket weighs as much as it holds', () => {
    const {
      agents: [ann],
    } = agentRates(
      [
        sums({ cost: 1, costTasks: 1, tasksOpened: 1, costEvents: 1 }),
        sums({ bucket: 2, cost: 9, costTasks: 3, tasksOpened: 3, costEvents: 5 }),
      ],
      [],
      3,
    );
    expect([...ann.metrics.costPerTask.values]).toEqual([1, Number.NaN, 3]);
    expect(ann.metrics.costPerTask.total).toBe(2.5);
    expect(ann.events).toBe(20);
  });

  test('a task that spans buckets is one task in all', () => {
    const {
      agents: [ann],
    } = agentRates(
      [
        sums({ cost: 1, costTasks: 1, tasksOpened: 1, costEvents: 1 }),
        sums({ bucket: 1, cost: 3, costTasks: 2, tasksOpened: 1, costEvents: 3 }),
      ],
      [],
      2,
    );
    expect([...ann.metrics.costPerTask.values]).toEqual([1, 1.5]);
    expect(ann.metrics.costPerTask).toMatchObject({ total: 2, totalCount: 2 });
  });

  test('votes are held against the majority of the others of the thread', () => {
    const vote = (agent: string, thread: string, decision: string): Vote => ({ agent, thread, decision, bucket: 0 });
    const names = ['ann', 'bob', 'cid'];
    const votes = [
      vote('ann', 't', 'yes'),
      vote('bob', 't', 'yes'),
      vote('cid', 't', 'no'),
      // Alone in its thread: no part. A tie of the others: with either of them is agreement.
      vote('ann', 'alone', 'no'),
      vote('ann', 'tie', 'no'),
      vote('bob', 'tie', 'yes'),
      vote('cid', 'tie', 'no'),
    ];
    const { agents } = agentRates(
      names.map((agent) => sums({ agent })),
      votes,
      1,
    );
    const of = (name: string) => agents.find(({ agent }) => agent === name)!.metrics.disagreement;
    expect([of('ann').total, of('bob').total, of('cid').total]).toEqual([0, 0.5, 0.5]);
    expect(of('ann').totalCount).toBe(2);
    expect(agents.map(({ disagreementZone }) => disagreementZone)).toEqual([
      'too few votes',
      'too few votes',
      'too few votes',
    ]);
  });

  test('all of one mind is groupthink, all against all misaligned', () => {
    const votes = (said: (agent: string, i: number) => string) =>
      Array.from({ length: 60 }, (_, i): Vote => {
        const agent = ['ann', 'bob', 'cid'][i % 3];
        return { agent, thread: `t${Math.floor(i / 3)}`, decision: said(agent, i), bucket: 0 };
      });
    const zones = (all: Vote[]) =>
      agentRates(
        ['ann', 'bob', 'cid'].map((agent) => sums({ agent })),
        all,
        1,
      ).agents.map((a) => a.disagreementZone);
    expect(zones(votes(() => 'yes'))).toEqual(['groupthink', 'groupthink', 'groupthink']);
    expect(zones(votes((agent) => agent))).toEqual(['misaligned', 'misaligned', 'misaligned']);
    expect(zones(votes((agent, i) => (agent === 'ann' && i % 15 === 0 ? 'no' : 'yes')))).toContain('healthy');
  });
});
