import { useEffect, useRef, type ReactNode } from 'react';
import text from '../../../docs/methods.md?raw';
import { useUi } from '../ui.ts';
import './methods.css';
import { methodsSections } from './sections.ts';

const SECTIONS = methodsSections(text);

/** docs/methods.md, from the section that was asked for. */
export function Methods(): ReactNode {
  const section = useUi((ui) => ui.methodsSection);
  const root = useRef<HTMLDivElement>(null);
  const show = (number: number): void => {
    const heading = root.current?.querySelector<HTMLElement>(`#methods-${number} h3`);
    heading?.scrollIntoView({ block: 'start' });
    heading?.focus({ preventScroll: true });
  };
  useEffect(() => {
    if (section > 0) show(section);
  }, [section]);
  return (
    <div className="methods" ref={root}>
      <nav aria-label="Sections of the methods">
        {SECTIONS.filter(({ number }) => number > 0).map(({ number, title }) => (
          <button key={number} type="button" className="button small quiet" onClick={() => show(number)}>
            {number}. {title}
          </button>
        ))}
      </nav>
      {SECTIONS.map(({ number, title, html }) => (
        <section key={number} id={`methods-${number}`}>
          {number > 0 && (
            <h3 tabIndex={-1}>
              {number}. {title}
            </h3>
          )}
          <div dangerouslySetInnerHTML={{ __html: html }} />
        </section>
      ))}
    </div>
  );
}
