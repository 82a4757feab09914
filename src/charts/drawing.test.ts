import { beforeEach, describe, expect, it, vi } from 'vitest';

/** Canvases are only told apart. */
const canvasOf = (): HTMLCanvasElement => ({}) as HTMLCanvasElement;

describe('drawing', () => {
  let now = 0;
  let frames: (() => void)[] = [];
  const reported: unknown[] = [];
  const nextFrame = (): void => {
    const due = frames;
    frames = [];
    for (const run of due) run();
  };

  beforeEach(() => {
    vi.resetModules();
    now = 0;
    frames = [];
    reported.length = 0;
    vi.stubGlobal('requestAnimationFrame', (run: () => void) => frames.push(run));
    vi.stubGlobal('reportError', (thrown: unknown) => reported.push(thrown));
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    return () => {
      vi.unstubAllGlobals();
      vi.restoreAllMocks();
    };
  });

  it('spreads charts over frames, each at least one, the longest waiting first', async () => {
    const { schedulePaint, isDrawing } = await import('./drawing.ts');
    const drawn: string[] = [];
    const slow = (name: string) => () => {
      drawn.push(name);
      now += 8;
    };
    const [a, b, c] = [canvasOf(), canvasOf(), canvasOf()];
    schedulePaint(a, slow('a'));
    schedulePaint(b, slow('b'));
    schedulePaint(c, slow('c'));
    expect(frames).toHaveLength(1);
    nextFrame();
    expect(drawn).toEqual(['a', 'b']);
    expect(isDrawing()).toBe(true);
    // The chart that was drawn first changes in every frame: it waits behind the one that was not drawn yet.
    schedulePaint(a, slow('a again'));
    nextFrame();
    expect(drawn).toEqual(['a', 'b', 'c', 'a again']);
    expect(isDrawing()).toBe(false);
    expect(frames).toHaveLength(0);
  });

  it('draws only the newest of what a chart asked for, in its turn, and nothing of a chart that is gone', async () => {
    const { schedulePaint, stopDrawing, isDrawing } = await import('./drawing.ts');
    const drawn: string[] = [];
    const [a, b] = [canvasOf(), canvasOf()];
    schedulePaint(a, () => drawn.push('old'));
    schedulePaint(b, () => drawn.push('gone'));
    schedulePaint(a, () => drawn.push('new'));
    stopDrawing(b);
    nextFrame();
    expect(drawn).toEqual(['new']);
    expect(isDrawing()).toBe(false);
  });

  it('goes on after a chart that cannot be drawn, and says so', async () => {
    const { schedulePaint } = await import('./drawing.ts');
    const drawn: string[] = [];
    schedulePaint(canvasOf(), () => {
      throw new Error('no');
    });
    schedulePaint(canvasOf(), () => drawn.push('other'));
    nextFrame();
    expect(drawn).toEqual(['other']);
    expect(reported).toEqual([new Error('no')]);
  });
});
