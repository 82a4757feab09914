import type { ReactNode } from 'react';
import text from '../../../docs/methods.md?raw';
import { Document } from './Document.tsx';
import { sectionsOf } from './sections.ts';

const SECTIONS = sectionsOf(text, true);

/** docs/methods.md, from the section that was asked for. */
export const Methods = (): ReactNode => <Document page="methods" sections={SECTIONS} />;
