import { useRef, type ReactNode } from 'react';

/** A button that lets one file be chosen; the same file can be chosen twice in a row. */
export function FileButton({
  children,
  accept,
  testId,
  className = 'button',
  title,
  onFile,
}: {
  readonly children: ReactNode;
  readonly accept: string;
  /** Names the input for the tests. */
  readonly testId: string;
  readonly className?: string;
  readonly title?: string;
  readonly onFile: (file: File) => void;
}): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" className={className} title={title} onClick={() => input.current?.click()}>
        {children}
      </button>
      <input
        ref={input}
        type="file"
        accept={accept}
        hidden
        data-testid={testId}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (file) onFile(file);
        }}
      />
    </>
  );
}
