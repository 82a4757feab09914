import { STYLE_FEATURES } from '../../detection/change/style.ts';
import { encodeMessages, STYLE_WIDTH, styleKernel, styleTables } from '../../detection/change/styleKernel.ts';
import { styleReference } from '../../detection/change/styleReferenceImplementation.ts';
import { native, scalars, type Bench, type Case } from '../bench.ts';

/** Texts held, more than a cache does, and gone through again and again; bytes of one on average. */
const HELD = 5000;
const TEXT_BYTES = 300;
const REFERENCE_TEXTS = 500;

const held = ({ input }: Bench): number => Math.min(HELD, input.events.n);

/** Every other word of a message is of none of the groups. */
const OTHER_WORDS = (
  'customer order flight reservation number account details date return item refund payment method card ' +
  'email address available option change cancel booking new total price today policy name zip code request'
).split(' ');
/** What follows a word: one byte in ten is a mark, as in messages of customer service. */
const ENDS = [
  ...Array<string>(20).fill(' '),
  ', ',
  ', ',
  ', ',
  '. ',
  '. ',
  '! ',
  '? ',
  ': ',
  ' — ',
  "'s ",
  ' 42 ',
  '.\n- **',
];

/** Messages of some 300 bytes, the same in every engine. */
function messages(count: number): string[] {
  const own = STYLE_FEATURES.flatMap((feature) => (feature.kind === 'words' ? feature.words : []));
  let state = 1;
  const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const pick = (from: readonly string[]) => from[Math.floor(random() * from.length)];
  return Array.from({ length: count }, (_, i) => {
    const length = TEXT_BYTES / 2 + ((i * 37) % TEXT_BYTES) - 10;
    let text = 'I';
    while (text.length < length) text += pick(ENDS) + pick(random() < 0.5 ? own : OTHER_WORDS);
    return text;
  });
}

export const STYLE_CASE: Case = {
  id: 'style',
  title: `features of a text of ${TEXT_BYTES} bytes`,
  group: 'kernel',
  unit: 'event',
  varies: ['n'],
  native: native('style'),
  tolerances: { other: 1e-12 },
  bytes: ({ events }) => events.n * (TEXT_BYTES + 4 + 8 * STYLE_WIDTH),
  wasm(bench) {
    const own = bench.kernels.fork();
    const texts = encodeMessages(own, messages(held(bench)));
    const rows = own.arena.f64(held(bench) * STYLE_WIDTH);
    const fill = styleKernel(own, texts, true);
    return {
      run() {
        for (let left = bench.input.events.n; left > 0; left -= held(bench)) fill(rows);
      },
      outputs: () => ({ features: rows.view().slice() }),
    };
  },
  referenceImplementation(bench) {
    const texts = messages(Math.min(held(bench), REFERENCE_TEXTS));
    const features = new Float64Array(texts.length * STYLE_WIDTH);
    return {
      units: texts.length,
      run: () => {
        texts.forEach((text, i) =>
          features.set(
            styleReference(text).map((value, f) => value / STYLE_FEATURES[f].scale),
            i * STYLE_WIDTH,
          ),
        );
      },
      outputs: () => ({ features }),
    };
  },
  inputs(bench) {
    const own = bench.kernels.fork();
    const { bytes, offsets } = encodeMessages(own, messages(held(bench)));
    const { classes, words, factors } = styleTables();
    return {
      ...scalars({ texts: held(bench) }),
      styleBytes: bytes.view(),
      styleOffsets: offsets.view(),
      styleClasses: classes,
      styleWords: words,
      styleFactors: factors,
    };
  },
};
