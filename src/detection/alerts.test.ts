import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffAlerts } from './alerts.ts';
import { ALERT_KINDS, type Alert, type AlertKind } from './types.ts';

const alert = (kind: AlertKind, stream: number, onset: number, fired: number, resolved: number | null): Alert => ({
  kind,
  stream,
  onset,
  fired,
  resolved: resolved,
  onsetSeq: onset,
  firedSeq: fired,
  peak: 1,
  lag: fired - onset,
});

/** Disjoint episodes of one kind and stream, the last one possibly still open: what the detectors emit. */
const episodes = (kind: AlertKind, stream: number) =>
  fc
    .tuple(
      fc.array(
        fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 40 })),
        { maxLength: 6 },
      ),
      fc.boolean(),
    )
    .map(([steps, open]) => {
      let at = 0;
      return steps.map(([gap, lag, length], i) => {
        const onset = at + gap;
        const fired = onset + lag;
        const resolved = fired + length;
        at = resolved;
        return alert(kind, stream, onset, fired, open && i === steps.length - 1 ? null : resolved);
      });
    });
const alertList = fc
  .tuple(...ALERT_KINDS.slice(0, 2).flatMap((kind) => [0, 1].map((stream) => episodes(kind, stream))))
  .map((lists) => lists.flat().sort((a, b) => a.fired - b.fired));

const overlap = (a: Alert, b: Alert): boolean =>
  a.kind === b.kind &&
  a.stream === b.stream &&
  Math.max(a.onset, b.onset) < Math.min(a.resolved ?? Infinity, b.resolved ?? Infinity);

/** Size of a largest matching by augmenting paths (Berge): the oracle for the sweep. */
function largestMatching(baseline: readonly Alert[], candidate: readonly Alert[]): number {
  const partner = new Map<Alert, Alert>();
  const augment = (a: Alert, seen: Set<Alert>): boolean =>
    candidate.some((b) => {
      if (seen.has(b) || !overlap(a, b)) return false;
      seen.add(b);
      const held = partner.get(b);
      if (held && !augment(held, seen)) return false;
      partner.set(b, a);
      return true;
    });
  return baseline.filter((a) => augment(a, new Set())).length;
}

describe('diffAlerts', () => {
  it('tells added, removed, kept and moved apart', () => {
    const kept = alert('DRIFT', 0, 10, 14, 30);
    const removed = alert('VOID', 0, 10, 14, 30);
    const early = alert('DRIFT', 1, 100, 110, 150);
    const late = alert('DRIFT', 1, 104, 118, 150);
    const added = alert('DRIFT', 1, 400, 410, null);
    expect(diffAlerts([kept, removed, early], [kept, late, added])).toEqual({
      added: [added],
      removed: [removed],
      kept: [{ before: kept, after: kept }],
      moved: [{ before: early, after: late }],
    });
  });

  it('does not match other kinds or other streams at the same events', () => {
    const diff = diffAlerts(
      [alert('DRIFT', 0, 10, 14, 30)],
      [alert('DRIFT', 1, 10, 14, 30), alert('STYLE_SHIFT', 0, 10, 14, 30)],
    );
    expect([diff.added.length, diff.removed.length, diff.kept.length, diff.moved.length]).toEqual([2, 1, 0, 0]);
  });

  it('takes an open episode to last for ever, and neighbours that only touch not to overlap', () => {
    expect(diffAlerts([alert('VOID', 0, 10, 10, null)], [alert('VOID', 0, 90, 95, 99)]).moved).toHaveLength(1);
    expect(diffAlerts([alert('VOID', 0, 10, 10, 20)], [alert('VOID', 0, 20, 25, 30)]).moved).toHaveLength(0);
  });

  it('counts one long episode that breaks into three as one moved and two added', () => {
    const parts = [alert('VOID', 0, 12, 13, 20), alert('VOID', 0, 30, 31, 40), alert('VOID', 0, 50, 51, 60)];
    const diff = diffAlerts([alert('VOID', 0, 10, 11, 100)], parts);
    expect([diff.moved.length, diff.added.length, diff.removed.length]).toEqual([1, 2, 0]);
  });

  it('places every alert exactly once, finds the most matches, and mirrors when the sides change', () => {
    fc.assert(
      fc.property(alertList, alertList, (a, b) => {
        const diff = diffAlerts(a, b);
        const pairs = [...diff.kept, ...diff.moved];
        expect(new Set([...diff.removed, ...pairs.map((p) => p.before)])).toEqual(new Set(a));
        expect(diff.removed.length + pairs.length).toBe(a.length);
        expect(diff.added.length + pairs.length).toBe(b.length);
        expect(pairs.every((p) => overlap(p.before, p.after))).toBe(true);
        expect(pairs.length).toBe(largestMatching(a, b));
        const mirrored = diffAlerts(b, a);
        expect([mirrored.added, mirrored.removed]).toEqual([diff.removed, diff.added]);
      }),
    );
  });

  it('keeps everything when nothing changed', () => {
    fc.assert(
      fc.property(alertList, (a) => {
        const diff = diffAlerts(a, a);
        expect(diff.kept.length).toBe(a.length);
      }),
    );
  });
});
