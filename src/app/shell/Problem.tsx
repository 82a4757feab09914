import type { ReactNode } from 'react';

/** What is wrong with something, said when it comes up. */
export function Problem({ id, children }: { readonly id?: string; readonly children: ReactNode }) {
  return (
    <p id={id} className="field-problem" role="alert">
      {children}
    </p>
  );
}
