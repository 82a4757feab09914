import type {} from '../../state/testHook.ts';

/** One frame of the page in which a picture of a panel was drawn. */
interface Drawn {
  /** ms on the page's clock. */
  readonly at: number;
  /** Panels whose pictures were drawn. */
  readonly panels: readonly string[];
  /** Of the report on screen; 0 before the first. */
  readonly revision: number;
}

/** What the page notes while it is measured. */
interface Probe {
  /**
   * Forgets what was noted so far and starts noting; progress only where it is asked for, because looking for it costs
   * time in every frame.
   */
  start(progress?: boolean): void;
  read(): Noted;
  /** Resolves at the frame in which all panels on screen show the newest answers, with its time. */
  settled(): Promise<number>;
}

export interface Noted {
  readonly now: number;
  /** When the first input event arrived since `start`; NaN if none did. */
  readonly input: number;
  readonly inputs: number;
  readonly frames: number;
  readonly drawn: readonly Drawn[];
  /** First time that progress was on screen; NaN if it was not, or not looked for. */
  readonly progress: number;
  /** The longest task of the main thread, by PerformanceObserver (tasks over 50 ms only), and all of them. */
  readonly longTask: number;
  readonly longTasks: number;
  /** The longest time that a message to itself waited for the main thread. */
  readonly lag: number;
}

declare global {
  interface Window {
    __probe?: Probe;
  }
}

/** Runs in the page before its own scripts; must not refer to anything outside. */
export function installProbe(): void {
  let noting = false;
  let input = Number.NaN;
  let inputs = 0;
  let frames = 0;
  let drawn: Drawn[] = [];
  let progress = Number.NaN;
  let seeksProgress = false;
  let longTask = 0;
  let longTasks = 0;
  let lag = 0;
  let inFrame = new Set<string>();

  const clear = CanvasRenderingContext2D.prototype.clearRect;
  CanvasRenderingContext2D.prototype.clearRect = function (...box) {
    // A picture is a plot's first canvas; that of the cursor lies above it. ECharts draws into canvases off the page.
    const panel = this.canvas.closest('[data-panel]');
    if (noting && panel && this.canvas.parentElement?.querySelector('canvas') === this.canvas)
      inFrame.add(panel.getAttribute('data-panel')!);
    clear.apply(this, box);
  };

  const onInput = (event: Event): void => {
    inputs++;
    if (Number.isNaN(input)) input = event.timeStamp;
  };
  for (const type of ['input', 'keydown', 'wheel', 'change'])
    addEventListener(type, onInput, { capture: true, passive: true });

  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      longTask = Math.max(longTask, duration);
      longTasks++;
    }
  }).observe({ type: 'longtask' });

  const channel = new MessageChannel();
  let sent = 0;
  channel.port1.onmessage = () => {
    if (noting) lag = Math.max(lag, performance.now() - sent);
    setTimeout(ping, 15);
  };
  const ping = (): void => {
    sent = performance.now();
    channel.port2.postMessage(null);
  };
  ping();

  const revision = (): number => window.__tautline?.state().analysis.report?.revision ?? 0;
  /** Runs after the frame's own callbacks, so that what they drew is in. */
  const afterFrame = (): void => {
    if (!noting) return;
    frames++;
    const at = performance.now();
    if (seeksProgress && Number.isNaN(progress) && document.querySelector('[role=progressbar], progress') !== null)
      progress = at;
    if (inFrame.size > 0) drawn.push({ at, panels: [...inFrame], revision: revision() });
    inFrame = new Set();
  };
  const frame = (): void => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => afterFrame();
    port2.postMessage(null);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);

  const isSettled = (): boolean => {
    const state = window.__tautline?.state();
    // Lasting change may be judged yet, of a picture of all else.
    const isFirst = state?.analysis.report?.health.some(({ outOfAction }) => outOfAction?.underWay);
    if (
      !state ||
      state.ledger.phase !== 'open' ||
      !state.analysis.report ||
      (state.analysis.running && !isFirst) ||
      window.__tautline!.isDrawing()
    )
      return false;
    const bodies = [...document.querySelectorAll('.panel-body')].filter((body) => {
      const { top, bottom } = body.getBoundingClientRect();
      return top < innerHeight && bottom > 0 && body.clientHeight > 0;
    });
    return (
      bodies.length > 0 &&
      bodies.every((body) => body.querySelector('canvas') && !body.querySelector('.loading, .shimmer'))
    );
  };

  window.__probe = {
    start(forProgress = false) {
      noting = true;
      seeksProgress = forProgress;
      input = Number.NaN;
      inputs = 0;
      frames = 0;
      drawn = [];
      progress = Number.NaN;
      longTask = 0;
      longTasks = 0;
      lag = 0;
      inFrame = new Set();
    },
    read: () => ({ now: performance.now(), input, inputs, frames, drawn, progress, longTask, longTasks, lag }),
    settled: () =>
      new Promise((resolve) => {
        let quiet = 0;
        let at = 0;
        const look = (): void => {
          if (!isSettled()) quiet = 0;
          else if (quiet++ === 0) at = performance.now();
          // Two frames on end: what a commit asks for next is under way by then.
          if (quiet >= 3) resolve(at);
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
  };
}
