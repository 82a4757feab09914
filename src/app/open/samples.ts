import { useEffect, useState } from 'react';
import type { Sample } from '../../harness/samples.ts';

/**
 * The built-in ledgers; empty until their list has loaded, which brings the generator with it and so waits for the
 * shell.
 */
export function useSamples(): readonly Sample[] {
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  useEffect(() => {
    let wanted = true;
    void import('../../harness/samples.ts').then(({ SAMPLES }) => {
      if (wanted) setSamples(SAMPLES);
    });
    return () => {
      wanted = false;
    };
  }, []);
  return samples;
}
