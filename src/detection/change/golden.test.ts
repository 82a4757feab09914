import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Scheduler } from '../../core/scheduler.ts';
import { deviation } from '../../kernels/testEvents.ts';
import { testKernels } from '../../kernels/testing.ts';
import { fromBase64 } from '../base64.ts';
import { conversationRule, conversationsOf } from './conversations.ts';
import { alertsOf, openChange } from './machine.ts';
import { changeReference } from './reference.ts';
import { CHANGE_SETTINGS, changeDegrees, changeLimit } from './types.ts';

interface Answer {
  readonly w: readonly number[];
  readonly b: readonly number[];
  readonly omega: number;
  readonly nu: number;
  readonly limit: number;
  readonly conversations: readonly number[];
  readonly statistic: readonly (number | null)[];
  readonly alerts: readonly { stream: number; onset: number; fired: number; cleared: number | null }[];
}
interface Golden {
  readonly reference: readonly [number, number];
  readonly budget: number;
  readonly stream: string;
  readonly thread: string;
  readonly counts: string;
  readonly coordinates?: string;
  readonly style: Answer;
  readonly meaning?: Answer;
}

const kernels = testKernels();
const COUNTS = 51;
const MARKS = 22;
/** Of the 50 features of a text, in their order. */
const SCALES = [
  0.826, 0.098, 0.464, 0.332, 0.414, 0.276, 0.201, 0.364, 0.444, 0.204, 0.214, 0.36, 0.315, 0.309, 0.037, 0.484, 0.164,
  0.362, 0.454, 0.181, 0.184, 0.203, 0.807, 0.837, 0.264, 0.384, 0.337, 0.323, 0.168, 0.222, 0.183, 0.133, 0.267, 0.268,
  0.36, 0.308, 0.338, 0.37, 0.306, 0.325, 0.238, 0.296, 0.291, 0.234, 0.251, 0.262, 0.243, 0.291, 0.288, 0.264,
];

const golden = (name: string): Golden =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8')) as Golden;

function styleOf({ counts }: Golden): Float64Array {
  const all = new Uint16Array(fromBase64(counts).buffer);
  const rows = Array.from({ length: all.length / COUNTS }, (_, i) => {
    const [points, words, letters, sentences, question, ...shares] = all.subarray(i * COUNTS, (i + 1) * COUNTS);
    return [
      Math.log(1 + points),
      Math.log(1 + letters) - Math.log(1 + words),
      Math.log(1 + words) - Math.log(1 + sentences),
      question,
      ...shares.map((c, f) => Math.sqrt(f < MARKS ? (100 * c) / (points + 50) : (20 * c) / (words + 10))),
    ].map((value, f) => value / SCALES[f]);
  });
  return Float64Array.from(rows.flat());
}

async function run(of: Golden, features: Float64Array, channel: 'style' | 'meaning') {
  const [from, to] = of.reference;
  const stream = Int32Array.from(of.stream, Number);
  const thread = fromBase64(of.thread);
  const n = stream.length;
  const axes = features.length / n;
  const events = { stream, thread, counted: new Uint8Array(n).fill(1) };
  const conversation = conversationsOf(events, conversationRule(events, { from, to }, 3, 16));
  const part = (start: number, end: number) => ({
    stream: stream.subarray(start, end),
    conversation: conversation.subarray(start, end),
    features: features.subarray(start * axes, end * axes),
  });
  const settings = CHANGE_SETTINGS[channel];
  const reference = await changeReference(
    kernels,
    () => [part(from, (from + to) >> 1), part((from + to) >> 1, to)],
    { axes, streams: 3, shrinkage: settings.shrinkage },
    new Scheduler('Reference of a test', {}),
  );
  const limit = changeLimit(reference.wander, of.budget);
  const { arena, ...rest } = kernels.fork();
  const machine = openChange({ arena, ...rest }, reference, settings, limit);
  const after = part(to, n);
  const blocks = {
    stream: arena.i32From(after.stream),
    conversation: arena.i32From(after.conversation),
    features: arena.f64From(after.features),
    statistic: arena.f64(n - to),
  };
  const steps = machine.run(blocks, 0, n - to, to);
  return { reference, limit, statistic: blocks.statistic.view(), alerts: alertsOf(steps, machine.open()) };
}

const relative = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a, (value, i) => Math.abs(value / b[i] - 1)).reduce((worst, own) => Math.max(worst, own), 0);

describe('golden answers of lasting change', () => {
  it.each([
    ['wandering', 'style'],
    ['wandering', 'meaning'],
    ['swap', 'style'],
  ] as const)('%s, %s', async (name, channel) => {
    const of = golden(name);
    const answer = of[channel]!;
    const features =
      channel === 'style' ? styleOf(of) : Float64Array.from(new Float32Array(fromBase64(of.coordinates!).buffer));
    const { reference, limit, statistic, alerts } = await run(of, features, channel);
    expect(relative(reference.within, answer.w)).toBeLessThan(1e-6);
    expect(relative(reference.between, answer.b)).toBeLessThan(1e-6);
    expect(relative([reference.wander, limit], [answer.omega, answer.limit])).toBeLessThan(1e-6);
    expect(changeDegrees(reference.wander)).toBe(answer.nu);
    expect(reference.streams.map(({ conversations }) => conversations)).toEqual(answer.conversations);
    const [, to] = of.reference;
    expect(answer.statistic.slice(0, to).every((s) => s === null)).toBe(true);
    const wanted = answer.statistic.slice(to).map((s) => s ?? NaN);
    expect(deviation(statistic, wanted)).toBeLessThan(1e-5);
    expect(alerts.map(({ stream, onset, fired, cleared }) => ({ stream, onset, fired, cleared }))).toEqual(
      answer.alerts,
    );
    for (const { fired, cleared, peak } of alerts) {
      const own = [...statistic.subarray(fired - to, (cleared ?? of.stream.length) - to)];
      expect(peak).toBe(Math.max(...own.filter((_, i) => of.stream[fired + i] === of.stream[fired])));
    }
  });
});
