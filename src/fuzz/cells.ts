import type { Row } from './bases.ts';
import type { Dice } from './dice.ts';
import type { Mutated } from './model.ts';
import { shown, TOKENS } from './tokens.ts';

/** Values at the ends of what a typed column can hold. */
const EDGES: { readonly [C in keyof Row]?: readonly unknown[] } = {
  event_id: [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n],
  ts: [0, 1, -1, 1_767_571_200, 253_402_300_800_000, -62_135_596_800_001, 2 ** 53 - 1, -(2 ** 53) + 1],
  latency_ms: [0, -0, -1, NaN, Infinity, -Infinity, 1e308, 5e-324],
  input_tokens: [0n, -1n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)],
  autonomy_level: [0, -128, 127],
  embedding: [[], [0], [NaN, 1], [Infinity, 1], [1e39, 0], [3.4e38, -3.4e38], [0, 0, 0, 0, 0, 0, 0, 0, 0], null],
};

/** One cell of one row at an end, or a text that goes wrong somewhere. */
function strangeCell(rows: readonly Row[], dice: Dice): { rows: Row[]; what: string } {
  const at = dice.below(rows.length);
  const name = dice.pick([
    ...(Object.keys(EDGES) as (keyof Row)[]),
    'provider_id',
    'agent_id',
    'text',
    'note',
  ] as const);
  const edges = EDGES[name];
  const row = rows[at];
  const dimension = rows.find(({ embedding }) => embedding)?.embedding?.length ?? 0;
  let value = edges ? dice.pick(edges) : dice.pick(TOKENS);
  // As long as the others, most often.
  if (Array.isArray(value) && value.length > 0 && dice.chance(0.7))
    value = Array.from({ length: dimension }, (_, i) => (value as number[])[i % (value as number[]).length]);
  if (name === 'event_id' && dice.chance(0.3)) value = dice.pick(rows).event_id;
  const text =
    typeof value === 'string' ? shown(value) : Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
  return { rows: rows.with(at, { ...row, [name]: value }), what: `row ${at + 1}, ${name}: ${text}` };
}

/** A case of a file whose rows are sound but for one cell. @param write makes the file of rows */
export async function cellChanged(
  rows: readonly Row[],
  dice: Dice,
  write: (rows: readonly Row[]) => Promise<Uint8Array> | Uint8Array,
): Promise<Mutated & { readonly mutation: string }> {
  const { rows: changed, what } = strangeCell(rows, dice);
  return { mutation: 'a cell', what, law: 'values', bytes: await write(changed), rows: rows.length, changes: 1 };
}
