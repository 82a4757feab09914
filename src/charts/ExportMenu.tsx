import { useId, useLayoutEffect, useRef, useState, type ReactNode, type RefObject, type ToggleEvent } from 'react';
import { fileName } from '../core/fileName.ts';
import { entriesOf, onMenuKey, placeBeside } from './popoverMenu.ts';
import type { LegendEntry } from './takealong/scene.ts';
import type { Job } from './takealong/job.ts';

/** A file that can be made of what is shown. */
export interface ExportFile {
  readonly title: string;
  readonly description?: string;
  /** Of the file's name, e.g. "csv". */
  readonly extension: string;
  /** Words that end the file's name. */
  readonly suffix?: string;
  readonly make: (job: Job) => Promise<Blob>;
}

export interface ExportMenuProps {
  /** What is taken along: names the button, the picture and the file. */
  readonly name: string;
  /** Begins the file's name: that of the ledger. */
  readonly of: string;
  /** Its charts and tables are offered. */
  readonly root?: RefObject<Element | null>;
  readonly legend?: readonly LegendEntry[];
  /** The strip with the labels of the shared axis. */
  readonly axis?: () => HTMLElement | null;
  /** What else there is, first. */
  readonly files?: readonly ExportFile[];
  /** The tables of the page are offered too, as they are read. */
  readonly tables?: boolean;
  readonly onError: (thrown: unknown) => void;
  readonly children?: ReactNode;
}

const NO_LEGEND: readonly LegendEntry[] = [];

/** Pictures and tables below an element as files; their code is loaded when the menu opens. */
async function filesIn(root: Element, props: ExportMenuProps): Promise<readonly ExportFile[]> {
  const [{ hasDrawing }, { tablesIn, tableCsv }] = await Promise.all([
    import('./takealong/scene.ts'),
    import('./takealong/table.ts'),
  ]);
  const { name, legend = NO_LEGEND, axis } = props;
  const picture = (kind: 'png' | 'svg', title: string, description: string): ExportFile => ({
    title,
    description,
    extension: kind,
    make: async () => {
      const { pictureOf } = await import('./takealong/picture.ts');
      return pictureOf(root, kind, { title: name, legend, axis: axis?.() ?? null });
    },
  });
  const pictures = hasDrawing(root)
    ? [
        picture('png', 'Picture (PNG)', 'Twice the size of the screen, with axis, names and limits'),
        picture('svg', 'Picture (SVG)', 'Lines and texts, to be edited'),
      ]
    : [];
  const tables = props.tables === false ? [] : tablesIn(root);
  return [
    ...pictures,
    ...tables.map((table, i): ExportFile => ({
      title: 'Table (CSV)',
      description: `${table.caption.slice(0, 90)} (as shown, ${table.rows.length - 1} rows)`.trim(),
      extension: 'csv',
      suffix: tables.length > 1 ? `table-${i + 1}` : 'table',
      make: async () => new Blob([tableCsv(table)], { type: 'text/csv' }),
    })),
  ];
}

function Running({
  title,
  fraction,
  name,
  onCancel,
}: {
  readonly title: string;
  readonly fraction: number | null;
  readonly name: string;
  readonly onCancel: () => void;
}): ReactNode {
  return (
    <span className="export-job" role="status">
      {title} {fraction === null ? '…' : `${Math.floor(100 * fraction)} %`}
      <button type="button" aria-label={`Cancel the export of ${name}`} onClick={onCancel}>
        Cancel
      </button>
    </span>
  );
}

/** A button whose list has the charts and tables of an element as files: PNG, SVG, CSV. */
export function ExportMenu(props: ExportMenuProps) {
  const { name, of, root, files = [], onError, children } = props;
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const [found, setFound] = useState<readonly ExportFile[]>([]);
  const [job, setJob] = useState<{ readonly title: string; readonly fraction: number | null } | null>(null);
  const running = useRef<AbortController | null>(null);

  const onToggle = ({ newState }: ToggleEvent): void => {
    if (newState !== 'open') return;
    const show = (more: readonly ExportFile[]): void => setFound([...files, ...more]);
    if (root?.current) filesIn(root.current, props).then(show, onError);
    else show([]);
  };
  // Once what is there is known.
  useLayoutEffect(() => {
    if (!list.current?.matches(':popover-open') || !button.current) return;
    placeBeside(list.current, button.current);
    entriesOf(list.current)[0]?.focus();
  }, [found]);

  async function make(file: ExportFile): Promise<void> {
    list.current?.hidePopover();
    const own = new AbortController();
    running.current = own;
    setJob({ title: file.title, fraction: null });
    try {
      const { save } = await import('./takealong/job.ts');
      const onProgress = (fraction: number): void => setJob({ title: file.title, fraction });
      const blob = await file.make({ signal: own.signal, onProgress });
      if (!own.signal.aborted)
        save(blob, fileName(['tautline', of, name, ...(file.suffix ? [file.suffix] : [])], file.extension));
    } catch (thrown) {
      if (!own.signal.aborted) onError(thrown);
    } finally {
      if (running.current === own) {
        running.current = null;
        setJob(null);
      }
    }
  }

  if (job)
    return (
      <Running
        {...job}
        name={name}
        onCancel={() => {
          running.current?.abort();
          running.current = null;
          setJob(null);
        }}
      />
    );
  return (
    <>
      <button
        ref={button}
        type="button"
        className={children ? 'export-button' : 'panel-tool export-tool'}
        aria-haspopup="menu"
        aria-label={children ? undefined : `Export ${name}`}
        title={`Export ${name}: picture, values`}
        popoverTarget={id}
      >
        {children ?? (
          <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
            <path d="M6 1v6.5M3.2 5 6 7.8 8.8 5M1.5 8v2.7h9V8" fill="none" stroke="currentColor" />
          </svg>
        )}
      </button>
      <ul
        ref={list}
        popover="auto"
        className="menu-list"
        role="menu"
        id={id}
        aria-label={`Export ${name}`}
        onToggle={onToggle}
        onKeyDown={(event) => onMenuKey(event, list.current)}
      >
        {found.map((file, i) => (
          <li key={i} role="none">
            <button type="button" role="menuitem" tabIndex={-1} onClick={() => void make(file)}>
              <strong>{file.title}</strong>
              {file.description && <span className="dim">{file.description}</span>}
            </button>
          </li>
        ))}
        {found.length === 0 && <li className="dim">Nothing to export here yet.</li>}
      </ul>
    </>
  );
}
