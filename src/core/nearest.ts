/** Names longer than this are compared by their beginning. */
const COMPARED = 64;

/** How many characters have to be added, left out or replaced to make one text of the other. */
function distance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const now = [i];
    for (let j = 1; j <= b.length; j++)
      now.push(Math.min(before[j] + 1, now[j - 1] + 1, before[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    before = now;
  }
  return before[b.length];
}

/** The name that was probably meant; null where none is near. */
export function nearest(name: string, names: readonly string[]): string | null {
  const folded = (text: string): string => text.slice(0, COMPARED).toLowerCase();
  const wanted = folded(name);
  let [best, least]: [string | null, number] = [null, Math.max(1, Math.ceil(wanted.length / 3)) + 1];
  for (const known of names) {
    const steps = distance(wanted, folded(known));
    if (steps < least) [best, least] = [known, steps];
  }
  return best;
}
