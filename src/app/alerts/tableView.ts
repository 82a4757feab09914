import { create } from 'zustand';

/** How the alert table is looked at. */
interface TableView {
  /** A line for each incident. */
  readonly grouped: boolean;
  /** Keys of incidents whose alerts are shown. */
  readonly opened: ReadonlySet<string>;
}

export const useTableView = create<TableView>(() => ({ grouped: true, opened: new Set() }));

export function openIncident(key: string, open: boolean): void {
  const opened = new Set(useTableView.getState().opened);
  if (open) opened.add(key);
  else opened.delete(key);
  useTableView.setState({ opened });
}
