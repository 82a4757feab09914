import { useEffect } from 'react';
import { CHANNEL_TABLE } from '../../detection/channels/table.ts';
import type { Alert } from '../../detection/types.ts';
import { PANELS } from '../../panels/registry.ts';

/** The panel of the channel that raises alerts of a kind. */
const panelOf = (kind: Alert['kind']): string | undefined =>
  PANELS.find((panel) => panel.type === 'lines' && kind in CHANNEL_TABLE[panel.channel].kinds)?.id;

/**
 * Scrolls the charts until the signal that an alert was raised on lies right under their head, so that it is seen
 * together with the evidence. Only the charts: `scrollIntoView` would move the frame of the page as well.
 */
export function useSignalInView(alert: Alert | null): void {
  const kind = alert?.kind;
  const fired = alert?.fired;
  useEffect(() => {
    if (kind === undefined) return;
    const frame = requestAnimationFrame(() => {
      const charts = document.getElementById('charts');
      const panel = charts?.querySelector(`[data-panel="${panelOf(kind)}"]`);
      if (!charts || !panel) return;
      const head = charts.querySelector('.stack-head')?.getBoundingClientRect().height ?? 0;
      const top = charts.getBoundingClientRect().top + head;
      charts.scrollTop += panel.getBoundingClientRect().top - top;
    });
    return () => cancelAnimationFrame(frame);
  }, [kind, fired]);
}
