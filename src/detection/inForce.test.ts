import { describe, expect, it } from 'vitest';
import { valuesInForce } from './inForce.ts';
import { DEFAULT_PARAMETERS } from './parameters.ts';

const LONG = {
  parameters: { ...DEFAULT_PARAMETERS, sync: 'time' as const },
  streamsBy: 'provider_id',
  reference: 2000,
  k: 8,
  sync: 'time' as const,
  streamEvents: [9000, 12_000],
  referenceEvents: [900, 1100],
};

describe('values in force', () => {
  it('are not mentioned where they are those asked for', () => {
    expect(valuesInForce(LONG)).toEqual({});
  });

  it('shrink in a short ledger, by stream where they differ', () => {
    const short = {
      ...LONG,
      parameters: DEFAULT_PARAMETERS,
      streamsBy: 'agent_id',
      reference: 200,
      k: 6,
      streamEvents: [200, 260],
      referenceEvents: [67, 133],
    };
    expect(valuesInForce(short)).toEqual({
      stream: 'agent_id',
      k: '6',
      reference_events: '200',
      burn: '6 to 13',
      sync: 'time',
      warmup: '20 to 26',
    });
  });

  it('are not those of a reference period where a file stands in for it', () => {
    const found = valuesInForce({ ...LONG, reference: null, k: 3, referenceEvents: [0, 0] });
    expect(found).toEqual({});
  });
});
