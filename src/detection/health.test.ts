import { describe, expect, it } from 'vitest';
import type { EventColumns } from '../core/columns.ts';
import type { ChangeCalibration } from './channels/changeReference.ts';
import type { ChannelId } from './channels/table.ts';
import { NO_CHANGES, outOfAction, type Changes } from './changes.ts';
import { channelHealth } from './health.ts';
import { leastFoundText, outagesOf, outageText, watchedText } from './healthText.ts';
import { parameters } from './testing.ts';
import type { Alert, Calibration, Signals } from './types.ts';

type Analysed = Parameters<typeof channelHealth>[0];

const N = 900;
const REFERENCE = { from: 0, to: 300 };
const IN_FRAME = 7;
const NAMES = ['a', 'b', 'c'];

const changeCalibration = (messages: readonly number[]): ChangeCalibration => ({
  limit: Math.log(10_000),
  omega: 0,
  nu: 20,
  w: [1],
  b: [0.4],
  conversations: messages.map((count) => Math.floor(count / 5)),
  messages,
});

const CALIBRATION: Calibration = {
  ref: 300,
  k: 8,
  // Box-Cox of KL = 1 is 0.
  m: 0,
  s: 0.4,
  fm: 0,
  fs: 1,
  lo: 0.1,
  hi: 10,
  tension: 0.5,
  rho: 0.7,
  wref: 120,
  phaseLocked: true,
  style: changeCalibration([100, 100, 100]),
  meaning: changeCalibration([100, 100, 100]),
  behaviour: changeCalibration([100, 100, 100]),
};

interface Change {
  readonly n?: number;
  readonly streams?: number;
  readonly reference?: { readonly from: number; readonly to: number };
  readonly retrospective?: boolean;
  readonly calibration?: Partial<Calibration>;
  readonly parameters?: Parameters<typeof parameters>[0];
  readonly changes?: Partial<Changes>;
  /** Divergence of event i. */
  readonly kl?: (i: number) => number;
  /** Code of the state of event i. */
  readonly state?: (i: number) => number;
  readonly alerts?: readonly Pick<Alert, 'kind' | 'stream'>[];
  /** Whose event i is. */
  readonly stream?: (i: number) => number;
}

/** Three streams that speak in turn, KL around 1, nothing wrong. */
function analysed(change: Change = {}): Analysed {
  const { n = N, streams = 3, reference = REFERENCE, retrospective = false } = change;
  const { kl = (i) => (i % 2 ? 1.5 : 0.5), state = () => IN_FRAME, stream = (i) => i % streams } = change;
  const own = Int32Array.from({ length: n }, (_, i) => stream(i));
  const seen = new Int32Array(streams);
  const statistic = Float64Array.from({ length: n }, (_, i) => (i < reference.to ? Number.NaN : 2));
  const found = { ...outOfAction(), statistic, judged: n - reference.to };
  return {
    parameters: parameters(change.parameters),
    events: {
      n,
      streams: NAMES.slice(0, streams),
      stream: own,
      isVoid: new Uint8Array(n),
    } as unknown as EventColumns,
    reference,
    retrospective,
    signals: {
      n,
      kl: Float64Array.from({ length: n }, (_, i) => kl(i)),
      seq: own.map((s) => ++seen[s]),
    } as unknown as Signals,
    decisions: {
      cusum: Float64Array.from({ length: n }, (_, i) => (i < reference.to ? Number.NaN : 0)),
      eventState: Uint8Array.from({ length: n }, (_, i) => state(i)),
      alerts: (change.alerts ?? []) as readonly Alert[],
      calibration: { ...CALIBRATION, ...change.calibration },
    },
    changes: { style: found, meaning: found, behaviour: found, ...change.changes },
  };
}

const ailing = (change: Change): string[] =>
  outagesOf(channelHealth(analysed(change))).map((outage) => outageText(outage, NAMES));

describe('health of channels', () => {
  it('is armed in every stream where nothing is wrong, and counts what was watched', () => {
    const health = channelHealth(analysed());
    expect(health.every(({ outOfAction: why }) => why === null)).toBe(true);
    expect(new Set(health.map(({ channel }) => channel))).toEqual(
      new Set<ChannelId>([
        'divergence',
        'drift',
        'friction',
        'entropy',
        'coupling',
        'tension',
        'style',
        'meaning',
        'behaviour',
      ]),
    );
    expect(health.find(({ channel, stream }) => channel === 'style' && stream === 1)).toMatchObject({
      watched: 200,
      conversations: 20,
    });
  });

  it.each<[string, Change, RegExp]>([
    ['no spread of KL', { calibration: { s: Number.NaN } }, /^CUSUM is out of action: .*how much KL varies/],
    [
      'z below 0 at 95 %',
      { kl: (i) => (i < 300 ? 1 : i % 60 < 3 ? 2 : 0.5) },
      /^CUSUM is out of action: z of KL was below 0 at 95 % of 200 .* so the CUSUM cannot rise/,
    ],
    [
      'a ceiling that does not fit k',
      { kl: (i) => (i % 50 === 0 ? 6 : 1) },
      /^KL divergence is out of action: 1.9 % of the reference is above the KL ceiling of 4.2 nats, .* k = 8/,
    ],
    ['an entropy floor above what k allows', { calibration: { k: 4 } }, /^Rényi entropy H₂ .*: 4 axes have at most 2/],
    ['no spread of friction', { calibration: { lo: Number.NaN } }, /^Friction is out of action: .*friction varies/],
    [
      'never phase-locked',
      { calibration: { rho: 0.05, phaseLocked: false } },
      /^Coupling ρ is out of action: .*not coupled in the reference.* 0.05 is below 0.2/,
    ],
    ['one stream', { streams: 1 }, /^Coupling ρ is out of action: there is one stream only/],
    ['no usual tension', { calibration: { tension: Number.NaN } }, /^Tension is out of action: /],
    [
      'no text',
      { calibration: { style: null }, changes: { style: outOfAction('the ledger has no text') } },
      /^Style change is out of action: the ledger has no text\.$/,
    ],
    [
      'topics that may wander',
      {
        calibration: { meaning: null },
        changes: { meaning: outOfAction('the reference has too few conversations to tell how topics wander') },
      },
      /^Meaning change is out of action: .*too few conversations/,
    ],
    [
      'under 16 messages of one stream',
      { calibration: { behaviour: changeCalibration([100, 15, 100]) } },
      /^Behaviour change is out of action in b: the stream has 15 of the 16 messages/,
    ],
    [
      'a stream that is warming up',
      { state: (i) => (i % 3 === 2 ? 0 : IN_FRAME) },
      /^CUSUM is .* in c: none of .* 200 events/,
    ],
    [
      'a stream that no longer speaks',
      { stream: (i) => (i < 300 ? i % 3 : i % 2) },
      /^Style change is out of action in c: the stream has no event after the reference/,
    ],
  ])('says why: %s', (_, change, expected) => {
    const found = ailing(change);
    expect(found.filter((text) => expected.test(text))).toHaveLength(1);
  });

  it('looks at z at each hundred own events, from the hundredth on, and not where the CUSUM has fired', () => {
    const low = (i: number): number => (i < 300 ? 1 : 0.5);
    const cannotRise = (change: Change) =>
      ailing({ kl: low, ...change }).filter((text) => text.includes('cannot rise'));
    expect(cannotRise({ n: 597 })).toEqual([]);
    expect(cannotRise({ n: 600 })).toHaveLength(1);
    // What came after the last hundred does not count yet.
    expect(cannotRise({ n: 870, kl: (i) => (i < 600 ? low(i) : 2) })).toHaveLength(1);
    expect(cannotRise({ alerts: [{ kind: 'DRIFT', stream: 0 }] })[0]).toContain('in b, c');
  });

  it('offers a ceiling that fits', () => {
    const [own] = outagesOf(channelHealth(analysed({ kl: (i) => (i % 50 === 0 ? 6.123 : 1) })));
    expect(own).toMatchObject({ channel: 'divergence', ceiling: 6.13 });
  });

  it('cannot raise anything in retrospect, and says so in one sentence', () => {
    const n = 150;
    const change = { n, reference: { from: 0, to: n }, retrospective: true };
    const health = channelHealth(analysed(change));
    expect(health.every(({ outOfAction: why, watched }) => why !== null && watched === 0)).toBe(true);
    const text = watchedText({ ...analysed(change), health, events: n, calibration: CALIBRATION });
    expect(text[0]).toMatch(/^No alert can be raised: with 150 events, under 200, the whole /);
  });

  it('never says that nothing happened, but what was watched', () => {
    const made = analysed({ calibration: { phaseLocked: false, rho: 0 } });
    const text = watchedText({ ...made, events: N, health: channelHealth(made), calibration: CALIBRATION }).join(' ');
    expect(text).toMatch(/^Watched: 600 events after a reference of 300, by .*CUSUM.* Lasting changes were compared /);
    expect(text).toContain('with 20 conversations of reference a stream. Out of action: Coupling ρ.');
  });

  it('stands without anything that was computed apart', () => {
    const silent = { style: null, meaning: null, behaviour: null };
    expect(
      ailing({ calibration: silent, changes: NO_CHANGES }).filter((text) => text.includes('not computed')),
    ).toHaveLength(3);
  });
});

describe('what would have been found', () => {
  it('says the least that would have been found, and what is not excluded', () => {
    const power = (channel: 'style' | 'meaning', sizes: readonly (number | null)[], tooShort = false) => ({
      channel,
      changed: 8,
      streams: sizes.map((size, stream) => ({ stream, messages: 60, conversations: 9, size, tooShort })),
    });
    expect(leastFoundText([power('style', [1.4, 0.85]), power('meaning', [null, 2])])).toBe(
      'The least that would be found within 30 messages of a stream in nine of ten cases: Style change 0.85 sd and ' +
        'Meaning change 2 sd. Smaller changes are not excluded.',
    );
    expect(leastFoundText([power('style', [null])])).toMatch(/^Not even a lasting change of 4 sd .* too short/);
    expect(leastFoundText([power('style', [null], true)])).toMatch(/none is excluded/);
  });
});
