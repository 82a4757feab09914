import { useQuery } from '@tanstack/react-query';
import { useMemo, type ReactNode } from 'react';
import { create } from 'zustand';
import './message.css';

/** Messages are shown as they were written, with their marks. */
const useRaw = create<{ readonly raw: boolean }>(() => ({ raw: false }));

/** Longer messages stay raw: reading their marks would hold the page. */
const MAX_CHARACTERS = 20_000;

/** Null until its code is there, and where the message is shown raw. */
function useHtml(text: string): string | null {
  const raw = useRaw((state) => state.raw) || text.length > MAX_CHARACTERS;
  const { data } = useQuery({
    queryKey: ['markdown'],
    queryFn: async () => ({ convert: (await import('./markdown.ts')).messageHtml }),
    enabled: !raw,
    staleTime: Infinity,
  });
  return useMemo(() => (raw || !data ? null : data.convert(text)), [raw, data, text]);
}

/** A message with its Markdown; nothing in it acts (markdown.ts). */
export function MessageText({
  text,
  className,
  tabIndex,
}: {
  readonly text: string;
  readonly className: string;
  readonly tabIndex?: number;
}): ReactNode {
  const html = useHtml(text);
  if (html === null)
    return (
      <div className={`${className} message-raw`} tabIndex={tabIndex}>
        {text}
      </div>
    );
  return <div className={`${className} message-html`} tabIndex={tabIndex} dangerouslySetInnerHTML={{ __html: html }} />;
}

/** Shows all messages as they were written, or with their Markdown. */
export function RawSwitch(): ReactNode {
  const raw = useRaw((state) => state.raw);
  return (
    <button
      type="button"
      className="button small"
      aria-pressed={raw}
      title="Messages as they were written, with the marks of their Markdown"
      onClick={() => useRaw.setState({ raw: !raw })}
    >
      raw
    </button>
  );
}
