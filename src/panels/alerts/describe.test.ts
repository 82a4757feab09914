import { expect, it } from 'vitest';
import type { Alert } from '../../detection/types.ts';
import { describeAlert } from './AlertLanes.tsx';

const alert: Alert = {
  kind: 'DRIFT',
  stream: 2,
  onset: 12400,
  fired: 12403,
  resolved: null,
  onsetSeq: 3100,
  firedSeq: 3103,
  peak: 12.94,
  lag: 3,
};

it('tells an alert in one line', () => {
  expect(describeAlert(alert, 'provider-2', null)).toBe(
    'Drift of provider-2: onset 12,400, fired 12,403 (lag 3), still open, peak 12.9',
  );
  expect(describeAlert({ ...alert, resolved: 13000 }, 'provider-2', 'the defaults')).toMatch(
    /^With the defaults: .*resolved 13,000/,
  );
});
