import { useEffect } from 'react';
import { CHANNEL_TABLE, type ChannelId } from '../../detection/channels/table.ts';
import type { Alert } from '../../detection/types.ts';

const CHANNELS = Object.keys(CHANNEL_TABLE) as ChannelId[];

/**
 * Scrolls the charts until the signal that an alert was raised on lies right under their head, so that it is seen
 * together with the evidence; of a stretch, the first signal. Only the charts: `scrollIntoView` would move the frame of
 * the page as well.
 */
export function useSignalInView(alert: Alert | null, isStretch: boolean): void {
  const kind = alert?.kind ?? null;
  const fired = alert?.fired;
  useEffect(() => {
    if (kind === null && !isStretch) return;
    const frame = requestAnimationFrame(() => {
      const charts = document.getElementById('charts');
      const channel = kind && CHANNELS.find((id) => kind in CHANNEL_TABLE[id].kinds);
      const panel = charts?.querySelector(channel ? `[data-channel="${channel}"]` : '[data-channel]');
      if (!charts || !panel) return;
      const head = charts.querySelector('.stack-head')?.getBoundingClientRect().height ?? 0;
      const top = charts.getBoundingClientRect().top + head;
      charts.scrollTop += panel.getBoundingClientRect().top - top;
    });
    return () => cancelAnimationFrame(frame);
  }, [kind, fired, isStretch]);
}
