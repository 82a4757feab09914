/** What the page of a peer offers to the program that drives it. */
export interface Peer {
  /** Makes tables of the Arrow and draws; resolves when what is to be seen is drawn. */
  show(arrow: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** What was seen, ms and bytes. */
export interface Shown {
  readonly ms: number;
  /** By PerformanceObserver; 0: no task over 50 ms. */
  readonly longestTask: number;
}

declare global {
  interface Window {
    showPeer?: () => Promise<Shown>;
  }
}

const twoFrames = () =>
  new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));

/** Fetches the Arrow and, once the peer's code is loaded and started, offers `showPeer`, which is timed. */
export async function ready(load: () => Promise<Peer>): Promise<void> {
  const response = await fetch('ledger.arrow');
  const arrow = new Uint8Array(await response.arrayBuffer());
  const peer = await load();
  let longestTask = 0;
  const note = (entries: PerformanceEntryList): void => {
    for (const { duration } of entries) longestTask = Math.max(longestTask, duration);
  };
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  await twoFrames();
  window.showPeer = async () => {
    observer.observe({ type: 'longtask' });
    const start = performance.now();
    await peer.show(arrow);
    // Drawn is what a frame has shown.
    await twoFrames();
    const ms = performance.now() - start;
    // The observer hears of a task after it.
    await new Promise((resolve) => setTimeout(resolve, 200));
    note(observer.takeRecords());
    return { ms, longestTask };
  };
}

export const target = (): HTMLElement => document.getElementById('peer')!;
