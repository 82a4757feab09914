import type { ReactNode } from 'react';
import text from '../../../docs/glossary.md?raw';
import { Document } from './Document.tsx';
import { sectionsOf } from './sections.ts';

const SECTIONS = sectionsOf(text, false);

/** docs/glossary.md. */
export const Glossary = (): ReactNode => <Document page="glossary" sections={SECTIONS} />;
