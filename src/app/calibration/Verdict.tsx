import type { ReactNode } from 'react';
import { Icon } from '../shell/Icon.tsx';

/** Pass or fail, as a word and a shape besides the colour. */
export function Verdict({ pass }: { readonly pass: boolean }): ReactNode {
  return (
    <span className={pass ? 'verdict pass' : 'verdict fail'}>
      <Icon name={pass ? 'check' : 'close'} size={12} />
      {pass ? 'pass' : 'fail'}
    </span>
  );
}
