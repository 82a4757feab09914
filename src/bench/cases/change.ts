import { boxMuller, openMulberry32 } from '../../core/random.ts';
import { openChange } from '../../detection/change/machine.ts';
import { changeRunReference } from '../../detection/change/referenceImplementation.ts';
import { CHANGE_SETTINGS, changeDegrees, type ChangeReference } from '../../detection/change/types.ts';
import { native, scalars, type Case } from '../bench.ts';
import { SEED } from '../input.ts';

/** The machine of lasting change over messages of four streams, with the axes of STYLE. */

const AXES = 50;
const STREAMS = 4;
/** Messages of a conversation; the newest of each stream take turns. */
const TALK = 8;
/** Messages in memory: more events go through them again, from the same start. Fewer than any size has events. */
const HELD = 2000;
const LIMIT = 9.2;
const { tau, pi } = CHANGE_SETTINGS.style;

interface Plan {
  readonly reference: ChangeReference;
  readonly stream: Int32Array;
  readonly conversation: Int32Array;
  readonly features: Float64Array;
}

let made: Plan | null = null;

/** Healthy but for one stream, half of whose axes move by one standard deviation half way through. */
function plan(): Plan {
  if (made) return made;
  const random = openMulberry32(SEED);
  const normal = (): number => boxMuller(random(), random());
  const root = new Float64Array(AXES * AXES);
  for (let a = 0; a < AXES; a++) {
    for (let b = 0; b <= a; b++) root[a * AXES + b] = root[b * AXES + a] = a === b ? 1.1 : 0.02 * normal();
  }
  const vector = (value: () => number): Float64Array => Float64Array.from({ length: AXES }, value);
  const none = { conversation: new Int32Array(0), messages: new Int32Array(0), sums: new Float64Array(0) };
  const reference: ChangeReference = {
    axes: AXES,
    root,
    within: vector(() => 0.4 + 0.2 * random()),
    between: vector(() => 0.2 + 0.1 * random()),
    wander: 0,
    wanderKnown: true,
    streams: Array.from({ length: STREAMS }, () => ({
      messages: 500,
      conversations: 60,
      mean: vector(normal),
      information: vector(() => 150 + 30 * random()),
      centre: vector(() => 0.05 * normal()),
      newest: none,
    })),
  };
  const stream = Int32Array.from({ length: HELD }, (_, i) => i % STREAMS);
  const conversation = Int32Array.from(stream, (_, i) => Math.floor(i / STREAMS / TALK / 2) * 2 + ((i / STREAMS) & 1));
  const features = new Float64Array(HELD * AXES);
  stream.forEach((s, i) => {
    const moved = s === 0 && i > HELD / 2 ? 1 : 0;
    for (let a = 0; a < AXES; a++)
      features[i * AXES + a] = reference.streams[s].mean[a] + 0.7 * normal() + (a % 2 === 0 ? moved : 0);
  });
  return (made = { reference, stream, conversation, features });
}

export const CHANGE_CASES: readonly Case[] = [
  {
    id: 'change',
    title: `lasting change, ${AXES} axes`,
    group: 'kernel',
    unit: 'event',
    varies: ['n'],
    native: native('change'),
    tolerances: { other: 1e-8 },
    bytes: ({ events }) => events.n * 8 * (AXES + 2),
    wasm(bench) {
      const { reference, stream, conversation, features } = plan();
      const own = bench.kernels.fork();
      const { arena } = own;
      const machine = openChange(own, reference, CHANGE_SETTINGS.style, LIMIT);
      const start = machine.state.view().slice();
      const events = {
        stream: arena.i32From(stream),
        conversation: arena.i32From(conversation),
        features: arena.f64From(features),
        statistic: arena.f64(HELD),
      };
      return {
        run() {
          for (let left = bench.input.events.n; left > 0; left -= HELD) {
            machine.state.view().set(start);
            machine.run(events, 0, Math.min(left, HELD));
          }
        },
        outputs: () => ({ changeStatistic: events.statistic.view().slice() }),
      };
    },
    referenceImplementation() {
      const { reference, ...messages } = plan();
      let statistic: Float64Array = new Float64Array(0);
      return {
        units: HELD,
        run: () => void ({ statistic } = changeRunReference(reference, CHANGE_SETTINGS.style, LIMIT, messages)),
        outputs: () => ({ changeStatistic: statistic }),
      };
    },
    inputs() {
      const { reference, stream, conversation, features } = plan();
      return {
        ...scalars({
          changeAxes: AXES,
          changeStreams: STREAMS,
          changeHeld: HELD,
          changeDegrees: changeDegrees(reference.wander),
          changeTau2: tau ** 2,
          changePi: pi,
          changeLimit: LIMIT,
        }),
        changeRoot: reference.root,
        changeWithin: reference.within,
        changeBetween: reference.between,
        changeModel: Float64Array.from(
          reference.streams.flatMap(({ mean, information, centre }) => [...mean, ...information, ...centre]),
        ),
        changeStream: stream,
        changeTalk: conversation,
        changeFeatures: features,
      };
    },
  },
];
