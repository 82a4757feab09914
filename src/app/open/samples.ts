import { useEffect, useState } from 'react';

export interface Sample {
  readonly name: string;
  readonly title: string;
  readonly description: string;
}

const modules = import.meta.glob<{ SAMPLES: readonly Sample[] }>('../../harness/samples.ts');

/** The built-in ledgers; empty until their list has loaded. */
export function useSamples(): readonly Sample[] {
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  useEffect(() => {
    let wanted = true;
    for (const load of Object.values(modules)) void load().then(({ SAMPLES }) => { if (wanted) setSamples(SAMPLES); });
    return () => { wanted = false; };
  }, []);
  return samples;
}
