let under = 0;

/** True from a drop or a choice of files until what they are is known: the code for it is loaded first. */
export const isGathering = (): boolean => under > 0;

/** Counts as gathering until it ends. */
export function gathering(work: Promise<void>): void {
  under++;
  void work.finally(() => under--);
}
