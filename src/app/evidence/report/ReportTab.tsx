import type { ReactNode } from 'react';
import type { Subject } from '../useSubject.ts';
export function ReportTab({ subject }: { readonly subject: Subject }): ReactNode {
  return <p>{subject.event}</p>;
}
