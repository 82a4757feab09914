/**
 * Pieces of a text that a model can read: of equal length as far as that goes, so that no short rest weighs as a text.
 * @param room tokens to a piece
 * @param most pieces; what is beyond them is not read
 */
export function piecesOf(ids: readonly number[], room: number, most: number): readonly (readonly number[])[] {
  const read = Math.min(ids.length, room * most);
  const count = Math.max(1, Math.ceil(read / room));
  return Array.from({ length: count }, (_, i) =>
    ids.slice(Math.floor((i * read) / count), Math.floor(((i + 1) * read) / count)),
  );
}
