import { describe, expect, it } from 'vitest';
import { GENERATOR_AXES, generateBlocks } from '../kernels/generator.ts';
import { testKernels } from '../kernels/testing.ts';
import { nearestRank } from '../core/statistics.ts';
import { generateColumns, PROVIDER_NAMES } from './ledger.ts';
import { CHOICES, PROFILES, PROVIDERS, scheduleOf, type Profile } from './profiles.ts';
import { generateLedger, generateLedgerParts } from './table.ts';

const kernels = testKernels();
const K = GENERATOR_AXES;

/** Residuals of each provider, slot by slot: slots x 4 x 8, without centroids. */
function residuals(plan: Pick<Profile, 'events' | 'faults'>, seed: number): Float64Array {
  return kernels.arena.scope(() => {
    const { provider, latent } = generateBlocks(
      kernels,
      { seed, centroidScale: 0, noise: 0, schedule: scheduleOf(plan) },
      true,
    );
    const out = new Float64Array(plan.events * K);
    provider.view().forEach((p, i) => {
      const slot = Math.floor(i / PROVIDERS);
      out.set(latent!.view().subarray(i * K, (i + 1) * K), (slot * PROVIDERS + p) * K);
    });
    return out;
  });
}

/** Sum over axes and slots of r_p . r_q. */
function product(r: Float64Array, p: number, q: number, from: number, to: number): number {
  let sum = 0;
  for (let slot = from; slot < to; slot++)
    for (let a = 0; a < K; a++) sum += r[(slot * PROVIDERS + p) * K + a] * r[(slot * PROVIDERS + q) * K + a];
  return sum;
}

/** Four standard errors: a false failure in 16,000 draws, and the seeds are fixed. */
const SE = 4;

describe('benign ledger', () => {
  const slots = PROFILES.benign.events / PROVIDERS;
  const r = residuals(PROFILES.benign, 1);
  const n = slots * K;

  it('has unit residuals with 0.72 of their variance shared', () => {
    for (let p = 0; p < PROVIDERS; p++) {
      // A variance from n normal values has standard error sqrt(2 / n).
      expect(Math.abs(product(r, p, p, 0, slots) / n - 1)).toBeLessThan(SE * Math.sqrt(2 / n));
      for (let q = 0; q < p; q++) {
        const correlation =
          product(r, p, q, 0, slots) / Math.sqrt(product(r, p, p, 0, slots) * product(r, q, q, 0, slots));
        // A correlation rho from n pairs has standard error (1 - rho^2) / sqrt(n).
        expect(Math.abs(correlation - 0.72)).toBeLessThan((SE * (1 - 0.72 ** 2)) / Math.sqrt(n));
      }
    }
  });

  it('has independent slots and axes', () => {
    let lagged = 0;
    let crossed = 0;
    for (let slot = 1; slot < slots; slot++) {
      for (let a = 0; a < K; a++) {
        const at = slot * PROVIDERS * K + a;
        lagged += r[at] * r[at - PROVIDERS * K];
        crossed += r[at] * r[slot * PROVIDERS * K + ((a + 1) % K)];
      }
    }
    expect(Math.abs(lagged / n)).toBeLessThan(SE / Math.sqrt(n));
    expect(Math.abs(crossed / n)).toBeLessThan(SE / Math.sqrt(n));
  });

  it('has log-normal latencies of median 60 ms and sigma 0.3, which order each slot', () => {
    const { columns } = generateColumns(kernels, PROFILES.benign, 1);
    const logs = columns.latency.map(Math.log);
    const mean = logs.reduce((sum, v) => sum + v, 0) / logs.length;
    const sd = Math.sqrt(logs.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (logs.length - 1));
    expect(Math.abs(mean - Math.log(60))).toBeLessThan((SE * 0.3) / Math.sqrt(logs.length));
    expect(Math.abs(sd - 0.3)).toBeLessThan((SE * 0.3) / Math.sqrt(2 * logs.length));
    for (const [q, z] of [
      [0.05, -1.6448536269514722],
      [0.5, 0],
      [0.95, 1.6448536269514722],
    ]) {
      // A quantile has standard error sqrt(q (1 - q) / n) / density.
      const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI) / 0.3;
      expect(Math.abs(nearestRank(logs, q) - (Math.log(60) + 0.3 * z))).toBeLessThan(
        (SE * Math.sqrt((q * (1 - q)) / logs.length)) / density,
      );
    }
    for (let i = 1; i < columns.n; i++)
      expect(
        columns.time[i] > columns.time[i - 1] ||
          (columns.time[i] === columns.time[i - 1] && columns.eventId[i] > columns.eventId[i - 1]),
      ).toBe(true);
  });

  it('has every provider once per slot, ten agents each, threads of 200 events', () => {
    const { columns } = generateColumns(kernels, PROFILES.benign, 1);
    for (let slot = 0; slot < slots; slot++)
      expect(new Set(columns.provider.codes.subarray(slot * 4, slot * 4 + 4)).size).toBe(4);
    const agentsOf = PROVIDER_NAMES.map(
      (_, p) => new Set(columns.agent.codes.filter((__, i) => columns.provider.codes[i] === p)),
    );
    expect(agentsOf.map((agents) => agents.size)).toEqual([10, 10, 10, 10]);
    expect(new Set(agentsOf.flatMap((agents) => [...agents])).size).toBe(40);
    expect(columns.thread.codes.filter((t) => t === 17).length).toBe(200);
  });

  it('has centroids 1.5 sigma apart on an axis, root mean square over seeds', () => {
    const still: Pick<Profile, 'events' | 'faults'> = { events: 4, faults: [] };
    const schedule = scheduleOf(still);
    for (let p = 0; p < PROVIDERS; p++) schedule[5 + 3 * p] = 0;
    const seeds = 400;
    let square = 0;
    for (let seed = 0; seed < seeds; seed++) {
      kernels.arena.scope(() => {
        const c = generateBlocks(
          kernels,
          { seed, centroidScale: CHOICES.centroidSpread.value, noise: 0, schedule },
          true,
        ).latent!.view();
        for (let a = 0; a < K; a++) square += ((c[a] - c[K + a]) ** 2 + (c[2 * K + a] - c[3 * K + a]) ** 2) / 2;
      });
    }
    // 2 differences x 8 axes a seed, each square with relative standard deviation sqrt(2).
    expect(Math.abs(square / (seeds * K) / 1.5 ** 2 - 1)).toBeLessThan(SE * Math.sqrt(2 / (seeds * 2 * K)));
  });
});

describe('faults', () => {
  it('fracture: three runs of three events of three times the residual, then a provider on its own', () => {
    const r = residuals(PROFILES.fracture, 1);
    const healthy = residuals(PROFILES.benign, 1);
    const differs = new Set<number>();
    r.forEach((v, i) => {
      if (v !== healthy[i]) differs.add(Math.floor(i / K));
    });
    const before = [...differs].filter((i) => i < CHOICES.fractureOnset.value * PROVIDERS);
    expect(before).toEqual(
      [1250, 1251, 1252, 1875, 1876, 1877, 2500, 2501, 2502].map(
        (slot) => slot * PROVIDERS + CHOICES.transientProvider.value,
      ),
    );
    for (const i of before) for (let a = 0; a < K; a++) expect(r[i * K + a]).toBe(3 * healthy[i * K + a]);
    const [from, to] = [CHOICES.fractureOnset.value, PROFILES.fracture.events / PROVIDERS];
    const n = (to - from) * K;
    const p = CHOICES.fractureProvider.value;
    expect(Math.abs(product(r, p, p, from, to) / n / 9 - 1)).toBeLessThan(SE * Math.sqrt(2 / n));
    for (let q = 0; q < PROVIDERS; q++)
      if (q !== p) expect(Math.abs(product(r, p, q, from, to) / (3 * n))).toBeLessThan(SE / Math.sqrt(n));
  });

  it('homogenisation: all but one axis shrink to a tenth over 2,500 events', () => {
    const r = residuals(PROFILES.homogenisation, 1);
    const healthy = residuals(PROFILES.benign, 1);
    const ratioAt = (slot: number, axis: number) =>
      r[slot * PROVIDERS * K + axis] / healthy[slot * PROVIDERS * K + axis];
    const start = CHOICES.rampStart.value;
    for (const [slot, left] of [
      [start - 1, 1],
      [start, 1],
      [start + 312.5 - 0.5, 1 - (0.9 * 312) / 625],
      [start + 625, 0.1],
      [12_499, 0.1],
    ]) {
      expect(ratioAt(slot, 0)).toBe(1);
      for (let a = 1; a < K; a++) expect(ratioAt(slot, a)).toBeCloseTo(left, 12);
    }
  });

  it('backoff: P95 320 ms in the spells, a fifth at the limit, residuals 1.25 times as large', () => {
    const { columns } = generateColumns(kernels, PROFILES.backoff, 1);
    const [first, length] = [CHOICES.backoffFirst.value, CHOICES.backoffLength.value];
    const spell = columns.latency.subarray(first * 4, (first + length) * 4);
    expect(nearestRank(spell, 0.95)).toBe(320);
    const atLimit = 1 - 0.8076; // P(Z < ln(320 / 190) / 0.6)
    expect(Math.abs(spell.filter((v) => v === 320).length / spell.length - atLimit)).toBeLessThan(
      SE * Math.sqrt((atLimit * (1 - atLimit)) / spell.length),
    );
    const r = residuals(PROFILES.backoff, 1);
    const healthy = residuals(PROFILES.benign, 1);
    expect(r[first * 4 * K] / healthy[first * 4 * K]).toBe(1.25);
    expect(r[(first + length) * 4 * K]).toBe(healthy[(first + length) * 4 * K]);
  });

  it('are labelled, and the text changes with them', () => {
    const table = generateLedger(kernels, PROFILES.fracture, CHOICES.seed.value);
    const label = (i: number) => table.label!.values[table.label!.codes[i]] ?? null;
    const labelled = Array.from({ length: table.n }, (_, i) => i).filter((i) => label(i) !== null);
    expect(labelled.filter((i) => label(i) === 'transient').length).toBe(9);
    const fractured = labelled.filter((i) => label(i) === 'fracture');
    expect(fractured.length).toBe(12_500 - CHOICES.fractureOnset.value);
    expect(fractured.every((i) => table.provider!.codes[i] === CHOICES.fractureProvider.value)).toBe(true);
    const healthyText = new Set(table.text!.filter((_, i) => label(i) === null && !table.isVoid![i]));
    expect(fractured.every((i) => !healthyText.has(table.text![i]))).toBe(true);
    const odd = table.text!.filter((text, i) =>
      table.isVoid![i] ? text !== null : text === null || text.length <= 10 || text.includes('{'),
    );
    expect(odd).toEqual([]);

    const converging = generateLedger(kernels, PROFILES.homogenisation, 1);
    const distinct = (from: number, to: number) => new Set(converging.text!.slice(from, to)).size;
    expect(distinct(40_000, 41_000)).toBeLessThan(20);
    expect(distinct(20_000, 21_000)).toBeGreaterThan(300);

    // Slow answers are no other voice.
    const slow = generateLedger(kernels, PROFILES.backoff, 1);
    expect(slow.label!.codes.filter((code) => code >= 0).length).toBe(2400);
    const isSlow = (i: number) => slow.label!.codes[i] >= 0;
    const voice = (i: number) => `${slow.provider!.codes[i]} ${slow.text![i]!.split(' ')[0]}`;
    const rows = Array.from({ length: slow.n }, (_, i) => i);
    const voices = new Set(rows.filter((i) => !isSlow(i)).map(voice));
    expect(rows.filter((i) => isSlow(i) && !voices.has(voice(i)))).toEqual([]);
  });
});

describe('pauses and stateless resets', () => {
  const from = CHOICES.interruptedFrom.value;
  const { columns, embeddings } = generateColumns(kernels, PROFILES.fracture, CHOICES.seed.value);
  const paused = Array.from({ length: columns.n }, (_, i) => i).filter((i) => columns.isVoid[i]);

  it('come after the last event that a verdict reads, each provider in turn', () => {
    expect(from * PROVIDERS).toBeGreaterThan(12_403);
    const turns = Math.ceil((columns.n / PROVIDERS - from) / CHOICES.pauseSpacing.value);
    expect(paused.length).toBe(turns);
    paused.forEach((i, turn) => {
      expect(Math.floor(i / PROVIDERS)).toBe(from + turn * CHOICES.pauseSpacing.value);
      expect(columns.provider.codes[i]).toBe(turn % PROVIDERS);
    });
    // The other profiles are read to their end.
    for (const name of ['benign', 'homogenisation', 'backoff'] as const) {
      const whole = generateColumns(kernels, PROFILES[name], 1).columns;
      expect(whole.isVoid).not.toContain(1);
      expect(whole.instantiation).toBeNull();
      const longer = generateColumns(kernels, { ...PROFILES[name], events: 50_400 }, 1).columns;
      expect(longer.isVoid.indexOf(1)).toBeGreaterThanOrEqual(50_000);
      expect(longer.instantiation!.codes.length).toBe(50_400);
    }
  });

  it('leave no embedding, text or statement', () => {
    const table = generateLedger(kernels, PROFILES.fracture, CHOICES.seed.value);
    for (const i of paused) {
      expect(embeddings.subarray(i * 64, (i + 1) * 64).every(Number.isNaN)).toBe(true);
      expect(table.text![i]).toBeNull();
      for (const column of ['handoffTo', 'outcome', 'decision'] as const) expect(table[column]!.codes[i]).toBe(-1);
      for (const column of ['inputTokens', 'outputTokens', 'cachedTokens', 'costUsd', 'autonomyLevel'] as const)
        expect(table[column]![i]).toBeNaN();
    }
  });

  it('change the instance of one provider at a time', () => {
    const { codes, values } = columns.instantiation!;
    const last: string[] = [];
    const changes: [number, string][] = [];
    codes.forEach((code, i) => {
      const p = columns.provider.codes[i];
      if (last[p] !== undefined && last[p] !== values[code]) changes.push([Math.floor(i / PROVIDERS), values[code]]);
      last[p] = values[code];
    });
    expect(changes.slice(0, 5)).toEqual([
      [from, 'provider-0#2'],
      [from + 400, 'provider-1#2'],
      [from + 800, 'provider-2#2'],
      [from + 1200, 'provider-3#2'],
      [from + 1600, 'provider-0#3'],
    ]);
    expect(changes.length).toBe(Math.ceil((columns.n / PROVIDERS - from) / CHOICES.resetSpacing.value));
  });
});

describe('a ledger in parts', () => {
  it.each(['fracture', 'homogenisation', 'backoff'] as const)('is the ledger in one piece (%s)', (name) => {
    const plan = { ...PROFILES[name], events: 30_000 };
    const whole = generateLedger(kernels, plan, 3);
    let from = 0;
    // 1,777 slots: faults and threads begin and end on both sides of a cut.
    for (const part of generateLedgerParts(kernels, plan, 3, 1777)) {
      const to = from + part.n;
      const names = ({ codes, values }: { codes: Int32Array; values: readonly string[] }) =>
        Array.from(codes, (code) => values[code] ?? null);
      expect(part.eventId).toEqual(whole.eventId.subarray(from, to));
      expect(part.time).toEqual(whole.time!.subarray(from, to));
      expect(part.latency).toEqual(whole.latency!.subarray(from, to));
      expect(
        Buffer.from(part.embeddings!.buffer).equals(Buffer.from(whole.embeddings!.slice(from * 64, to * 64).buffer)),
      ).toBe(true);
      expect(part.text).toEqual(whole.text!.slice(from, to));
      for (const column of ['provider', 'agent', 'thread', 'label', 'handoffTo', 'outcome', 'decision'] as const)
        expect(names(part[column]!)).toEqual(names(whole[column]!).slice(from, to));
      for (const column of ['inputTokens', 'outputTokens', 'cachedTokens', 'costUsd', 'autonomyLevel'] as const)
        expect(part[column]).toEqual(whole[column]!.subarray(from, to));
      expect(part.isVoid).toEqual(whole.isVoid!.subarray(from, to));
      expect(part.instantiation && names(part.instantiation)).toEqual(
        whole.instantiation && names(whole.instantiation).slice(from, to),
      );
      from = to;
    }
    expect(from).toBe(plan.events);
  });

  it('ends with its faults cut off, or goes on after them', () => {
    const table = (events: number) => generateLedger(kernels, { ...PROFILES.backoff, events }, 3);
    const spells = (events: number) => table(events).label!.codes.filter((code) => code >= 0).length;
    expect(spells(5_000)).toBe(0);
    expect(spells(6_200)).toBe(200);
    expect(spells(60_000)).toBe(6 * 400);
  });
});
