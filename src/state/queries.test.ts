import { hashKey } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import {
  alertRowsQuery,
  couplingMatrixQuery,
  eventFieldsQuery,
  eventQuery,
  neighboursQuery,
  queryClient,
  seriesQuery,
  seriesVersion,
  sqlQuery,
} from './queries.ts';

const range = { from: 0, to: 100 };
const all = { kinds: null, stream: null };

describe('query options', () => {
  it('ask again after every analysis, and not for fields of the ledger', () => {
    const keys = (revision: number) =>
      [
        seriesQuery({ revision, preview: false }, 'kl', range, 'event', 10, [0]),
        couplingMatrixQuery(revision, 5),
        eventQuery(revision, 5),
        alertRowsQuery(revision, all, {}),
        sqlQuery('ledger', revision, 'select 1', 'signals'),
      ].map(({ queryKey }) => hashKey(queryKey));
    for (const [i, key] of keys(1).entries()) expect(key).not.toBe(keys(2)[i]);
    expect(sqlQuery('ledger', 1, 'select 1').queryKey).toEqual(sqlQuery('ledger', 2, 'select 1').queryKey);
  });

  it('ask for nothing, and show nothing old, while there is nothing to ask about', () => {
    for (const options of [
      seriesQuery({ revision: 1, preview: false }, 'kl', range, 'event', 0, [0]),
      eventQuery(1, null),
      couplingMatrixQuery(1, null),
      eventFieldsQuery('ledger', null),
      neighboursQuery(null, 5, 2, {}),
      sqlQuery('ledger', 1, null),
    ]) {
      expect(options.enabled).toBe(false);
      expect(options.placeholderData).toBeUndefined();
    }
    expect(eventQuery(1, 5)).toMatchObject({ enabled: true, placeholderData: expect.any(Function) });
  });

  it('draw a preview of those series that it has', () => {
    const report = { revision: 7, signalsRevision: 5 };
    const preview = { revision: 8, names: ['kl'] as const };
    expect(seriesVersion(report, preview, 'kl')).toEqual({ revision: 8, preview: true });
    expect(seriesVersion(report, preview, 'tension')).toEqual({ revision: 5, preview: false });
    expect(seriesVersion(report, preview, 'cusum')).toEqual({ revision: 7, preview: false });
    expect(seriesVersion(report, null, 'kl')).toEqual({ revision: 5, preview: false });
  });

  it('fail with the reason where no ledger is open', async () => {
    await expect(queryClient.query(eventQuery(1, null))).rejects.toMatchObject({
      error: { kind: 'ledger', problem: expect.stringContaining('no ledger is open') },
    });
  });
});
