/** The newest keys, so many at most: whether one is among them is known at once, and so is which one leaves. */
export class Newest {
  readonly #most: number;
  readonly #keys: Set<string>;
  /**
   * The same keys in a ring. The first key of the set would do, but is not found at once: an iterator steps over all
   * that were deleted before it, some 80 us of 200,000 keys.
   */
  readonly #ring: string[];
  #oldest = 0;

  /** @param keys oldest first */
  constructor(most: number, keys: readonly string[] = []) {
    this.#most = most;
    this.#keys = new Set(keys.slice(-most));
    this.#ring = [...this.#keys];
  }

  /** @returns false where it is among them already */
  add(key: string): boolean {
    if (this.#keys.has(key)) return false;
    this.#keys.add(key);
    if (this.#ring.length < this.#most) {
      this.#ring.push(key);
      return true;
    }
    this.#keys.delete(this.#ring[this.#oldest]);
    this.#ring[this.#oldest] = key;
    this.#oldest = (this.#oldest + 1) % this.#most;
    return true;
  }

  /** Oldest first. */
  all(): string[] {
    return [...this.#keys];
  }
}
