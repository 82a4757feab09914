/** Time a frame has for drawing charts, in ms: what is left of it goes to everything else on the page. */
const SHARE_MS = 12;

/** What waits to be drawn by the canvas that it is drawn in, the longest waiting first. */
const waiting = new Map<HTMLCanvasElement, () => void>();
let frame = 0;

/**
 * Runs `draw` in one of the next frames, in turn with all other charts: many charts that change together are drawn over
 * several frames instead of holding the page up in one. What still waits for this canvas is replaced, and keeps its
 * turn.
 */
export function schedulePaint(canvas: HTMLCanvasElement, draw: () => void): void {
  waiting.set(canvas, draw);
  frame ||= requestAnimationFrame(drawWaiting);
}

/** Nothing will be drawn in this canvas any more. */
export function stopDrawing(canvas: HTMLCanvasElement): void {
  waiting.delete(canvas);
}

/** True while a chart waits to be drawn. */
export const isDrawing = (): boolean => waiting.size > 0;

function drawWaiting(): void {
  frame = 0;
  const end = performance.now() + SHARE_MS;
  for (const [canvas, draw] of waiting) {
    waiting.delete(canvas);
    try {
      draw();
    } catch (thrown) {
      // One chart that cannot be drawn must not keep the others from it.
      reportError(thrown);
    }
    if (performance.now() >= end) break;
  }
  if (waiting.size > 0) frame = requestAnimationFrame(drawWaiting);
}
