import { useEffect, useRef, useState, type ReactNode } from 'react';
import { PAPER } from '../../core/paper.ts';
import { Sheet } from '../shell/Sheet.tsx';
import { showMethods, showSheet, useUi } from '../ui.ts';
import './methods.css';
import type { DocumentSection } from './sections.ts';

type Page = 'methods' | 'glossary';

interface DocumentProps {
  readonly page: Page;
  readonly sections: readonly DocumentSection[];
}

/** A document of the project in a sheet, with the way to the other one and to the paper. */
export function Document(props: DocumentProps): ReactNode {
  const { page } = props;
  return (
    <Sheet title={page === 'methods' ? 'Methods' : 'Glossary'}>
      <div className="methods">
        <div className="methods-head">
          <div className="segmented" role="group" aria-label="Page of the help">
            <button type="button" aria-pressed={page === 'methods'} onClick={() => showMethods(0)}>
              Methods
            </button>
            <button type="button" aria-pressed={page === 'glossary'} onClick={() => showSheet('glossary')}>
              Glossary
            </button>
          </div>
          <p className="dim">
            The paper:{' '}
            <a href={PAPER.url} target="_blank" rel="noreferrer" title={PAPER.text}>
              {PAPER.short}
            </a>
          </p>
        </div>
        <Sections {...props} />
      </div>
    </Sheet>
  );
}

/** True if a row of a table, or a table's head, is to be shown. */
const isFound = (row: Element, words: readonly string[]): boolean => {
  const text = row.textContent.toLowerCase();
  return words.every((word) => text.includes(word));
};

function Sections({ page, sections }: DocumentProps): ReactNode {
  const section = useUi((ui) => (page === 'methods' ? ui.methodsSection : 0));
  const root = useRef<HTMLDivElement>(null);
  const [search, setSearch] = useState('');
  const show = (number: number): void => {
    const heading = root.current?.querySelector<HTMLElement>(`#methods-${number} h3`);
    heading?.scrollIntoView({ block: 'start' });
    heading?.focus({ preventScroll: true });
  };
  useEffect(() => {
    if (section > 0) show(section);
  }, [section]);
  useEffect(() => {
    const words = search.toLowerCase().split(/\s+/);
    for (const row of root.current?.querySelectorAll<HTMLElement>('tbody tr') ?? []) row.hidden = !isFound(row, words);
  }, [search]);
  return (
    <>
      <nav aria-label={`Sections of the ${page}`}>
        {sections
          .filter(({ number }) => number > 0)
          .map(({ number, title }) => (
            <button key={number} type="button" className="button small quiet" onClick={() => show(number)}>
              {page === 'methods' && `${number}. `}
              {title}
            </button>
          ))}
      </nav>
      {page === 'glossary' && (
        <input
          type="search"
          aria-label="Search the terms"
          placeholder="Search the terms"
          value={search}
          onChange={({ target }) => setSearch(target.value)}
        />
      )}
      <div className="methods" ref={root}>
        {sections.map(({ number, title, html }) => (
          <section key={number} id={`methods-${number}`}>
            {number > 0 && (
              <h3 tabIndex={-1}>
                {page === 'methods' && `${number}. `}
                {title}
              </h3>
            )}
            <div dangerouslySetInnerHTML={{ __html: html }} />
          </section>
        ))}
      </div>
    </>
  );
}
