import { arrowBase, arrowShape, type ArrowFile, type Place } from './arrowFile.ts';
import { makeRows } from './bases.ts';
import { flipped } from './bytes.ts';
import { cellChanged } from './cells.ts';
import type { Dice } from './dice.ts';
import { mutateBase, type Kind, type Law, type Mutated, type Mutation } from './model.ts';

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

function get(view: DataView, { at, size }: Place): bigint {
  if (size === 8) return view.getBigInt64(at, true);
  return BigInt(size === 4 ? view.getInt32(at, true) : size === 2 ? view.getInt16(at, true) : view.getInt8(at));
}
function put(view: DataView, { at, size }: Place, value: bigint): void {
  if (size === 8) view.setBigInt64(at, value, true);
  else if (size === 4) view.setInt32(at, Number(BigInt.asIntN(32, value)), true);
  else if (size === 2) view.setInt16(at, Number(BigInt.asIntN(16, value)), true);
  else view.setInt8(at, Number(BigInt.asIntN(8, value)));
}

/** What a reader can know: a type has to be believed, and so have a buffer elsewhere and a dictionary that goes on. */
function lawOf({ messages }: ArrowFile, { name, at }: Place, now: bigint): Law {
  if (/kind of type|width or precision|nullable|delta/.test(name)) return 'values';
  if (!name.includes('offset of buffer')) return 'structure';
  const message = messages.find(({ from, body }) => from < at && at < body)!;
  const moved = Number(/buffer (\d+)/.exec(name)![1]);
  const [from, to] = [message.body + Number(now), message.body + Number(now) + message.buffers[moved].length];
  if (from < message.body || to > message.to) return 'structure';
  const free = message.buffers.every((other, i) => i === moved || other.at + other.length <= from || to <= other.at);
  return free ? 'values' : 'structure';
}

const number: Mutation<ArrowFile> = {
  name: 'metadata number',
  weight: 40,
  mutate(file, dice) {
    const { bytes, places } = file;
    const kinds = [...new Set(places.map(({ name }) => name.replace(/\d+/g, '')))];
    const kind = dice.pick(kinds);
    const place = dice.pick(places.filter(({ name }) => name.replace(/\d+/g, '') === kind));
    const out = bytes.slice();
    const view = viewOf(out);
    const was = get(view, place);
    put(view, place, dice.integer(was, place.size === 8 ? 64 : 32));
    const now = get(view, place);
    return now === was ? null : { bytes: out, what: `${place.name}: ${was} -> ${now}`, law: lawOf(file, place, now) };
  },
};

const buffersOf = (file: ArrowFile, roles: readonly string[]) =>
  file.messages.flatMap(({ buffers }) => buffers.filter(({ role, length }) => roles.includes(role) && length >= 4));

const offsets: Mutation<ArrowFile> = {
  name: 'offsets',
  weight: 10,
  mutate(file, dice) {
    const buffers = buffersOf(file, ['offsets']).filter(({ length }) => length >= 12);
    if (buffers.length === 0) return null;
    const { at, length, column } = dice.pick(buffers);
    const bytes = file.bytes.slice();
    const view = viewOf(bytes);
    const entries = (length >> 2) - 1;
    const i = dice.below(entries);
    // Between its neighbours an offset is one that could have been written.
    const value = dice.pick([-1, -(2 ** 31), 2 ** 31 - 1, 2 ** 30]);
    view.setInt32(at + 4 * i, value, true);
    return { bytes, what: `${column}: offset ${i} is ${value}`, law: 'structure' };
  },
};

const indices: Mutation<ArrowFile> = {
  name: 'dictionary index out of range',
  weight: 10,
  mutate(file, dice) {
    const buffers = buffersOf(file, ['indices']);
    if (buffers.length === 0) return null;
    const { at, length, column } = dice.pick(buffers);
    const bytes = file.bytes.slice();
    const i = dice.below(length >> 2);
    const value = dice.pick([-1, 100, 2 ** 31 - 1, -(2 ** 31)]);
    viewOf(bytes).setInt32(at + 4 * i, value, true);
    // Padding, and rows that are null, have no index.
    return { bytes, what: `${column}: index ${i} is ${value}`, law: 'structure' };
  },
};

const body: Mutation<ArrowFile> = {
  name: 'body flipped',
  weight: 12,
  mutate(file, dice) {
    const { at, length, column, role } = dice.pick(
      file.messages.flatMap(({ buffers }) => buffers.filter((buffer) => buffer.length > 0)),
    );
    const { bytes: part, what } = flipped(file.bytes.subarray(at, at + length), dice);
    const bytes = file.bytes.slice();
    bytes.set(part, at);
    return { bytes, what: `${column} ${role}: ${what}`, law: 'values' };
  },
};

const metadata: Mutation<ArrowFile> = {
  name: 'metadata flipped',
  weight: 12,
  mutate(file, dice) {
    const { from, body: to } = dice.pick(file.messages);
    const { bytes: part, what } = flipped(file.bytes.subarray(from, to), dice);
    const bytes = file.bytes.slice();
    bytes.set(part, from);
    // It may be the name or the type of a column.
    return { bytes, what: `metadata at ${from}: ${what}`, law: 'values' };
  },
};

const frame: Mutation<ArrowFile> = {
  name: 'frame',
  weight: 12,
  mutate(file, dice) {
    const { bytes, messages, isFile } = file;
    const without = (from: number, to: number) => Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
    const ways: (() => Mutated | null)[] = [
      () => {
        const at = dice.below(bytes.length);
        // A stream may end after any message.
        const ends = messages.some(({ to }) => to === at);
        return { bytes: bytes.slice(0, at), what: `cut off after ${at} bytes`, law: ends ? 'values' : 'structure' };
      },
      () => {
        const message = dice.pick(messages);
        const lawful = !isFile && message.type !== 'schema' ? 'values' : 'structure';
        return { bytes: without(message.from, message.to), what: `a ${message.type} is gone`, law: lawful };
      },
      () => {
        const { from, to, type } = dice.pick(messages);
        const twice = Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
        return { bytes: twice, what: `a ${type} is there twice`, law: isFile ? 'structure' : 'values' };
      },
      () => {
        const changed = bytes.slice();
        changed[isFile ? dice.pick([0, 5, bytes.length - 1]) : 0] ^= 0x10;
        return { bytes: changed, what: 'the mark of the format changed', law: 'structure' };
      },
      () => ({ bytes: Buffer.concat([bytes, Buffer.alloc(8)]), what: 'zeros at the end', law: 'structure' }),
    ];
    return dice.pick(ways)();
  },
};

const odd: Mutation<ArrowFile> = {
  name: 'sound but odd',
  weight: 4,
  mutate({ bytes, isFile }, dice) {
    if (isFile) return { bytes, what: 'as it is', law: 'sound' };
    // The end of a stream may be marked or not.
    const end = Buffer.from([255, 255, 255, 255, 0, 0, 0, 0]);
    const marked = Buffer.from(bytes.subarray(bytes.length - 8)).equals(end);
    const plain = marked ? bytes.subarray(0, bytes.length - 8) : bytes;
    return dice.chance(0.5)
      ? { bytes: plain, what: 'no end marked', law: 'sound' }
      : { bytes: Buffer.concat([plain, end]), what: 'the end marked', law: 'sound' };
  },
};

const MUTATIONS = [number, offsets, indices, body, metadata, frame, odd];

const kindOf = (name: string, weight: number, extension: string, isFile: boolean): Kind => ({
  name,
  weight,
  async make(dice: Dice) {
    const rows = makeRows(dice);
    const shape = arrowShape(dice);
    const base = arrowBase(rows, shape, isFile);
    const { bytes, ...rest } = dice.chance(0.12)
      ? await cellChanged(rows, dice, (changed) => arrowBase(changed, { ...shape, fixed: false }, isFile).bytes)
      : mutateBase(base, MUTATIONS, dice);
    const path = `ledger.${extension}`;
    return {
      kind: name,
      ...rest,
      files: [{ path, bytes }],
      intact: [{ path, bytes: base.bytes }],
      args: ['analyze', `@${path}`, '--out', '@out'],
      ledger: path,
    };
  },
});

export const arrowKinds: readonly Kind[] = [
  kindOf('arrow', 12, 'arrow', true),
  kindOf('arrow-stream', 10, 'arrows', false),
];
