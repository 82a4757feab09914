import { useMemo, useState } from 'react';
import { formatCount, formatQuantity } from '../../core/format.ts';
import type { ChannelId } from '../../detection/channels/table.ts';
import { outagesOf, outageText, type Outage } from '../../detection/healthText.ts';
import { actions, useTautline } from '../../state/store.ts';

/** Whether a channel can raise anything, in the head of its panel. */
interface PanelHealth {
  readonly outages: readonly Outage[];
  readonly names: readonly string[];
  readonly open: boolean;
  readonly toggle: () => void;
}

/** Null of a panel that is charted only. */
export function useHealth(channel: ChannelId | null): PanelHealth | null {
  const report = useTautline((state) => state.analysis.report);
  const [open, setOpen] = useState(false);
  return useMemo(() => {
    const own = report?.health.filter((one) => one.channel === channel) ?? [];
    if (!report || own.length === 0) return null;
    return {
      outages: outagesOf(own),
      names: report.streams.map(({ name }) => name),
      open,
      toggle: () => setOpen((before) => !before),
    };
  }, [report, channel, open]);
}

interface HealthProps {
  readonly health: PanelHealth;
  readonly id: string;
}

/** Why it is out of action. */
export const healthText = ({ outages, names }: PanelHealth): string =>
  outages.map((outage) => outageText(outage, names)).join(' ');

/** "armed", or "out of action" with the reason where it is pointed at. */
export function HealthBadge({ health, id, name }: HealthProps & { readonly name: string }) {
  const { outages, names, open, toggle } = health;
  if (outages.length === 0)
    return (
      <span className="panel-health armed" title="It can raise alerts in every stream">
        armed
      </span>
    );
  const reasons = healthText(health);
  const whole = outages.find(({ streams }) => streams === null);
  const streams = outages.reduce((sum, own) => sum + (own.streams?.length ?? 0), 0);
  const label = outages.some(({ underWay }) => underWay)
    ? 'being computed'
    : whole || streams === names.length
      ? 'out of action'
      : `out of action in ${formatCount(streams)} of ${formatCount(names.length)}`;
  return (
    <button
      type="button"
      className="panel-health out"
      title={reasons}
      aria-label={`${name}: ${label}. ${reasons}`}
      aria-expanded={open}
      aria-controls={id}
      onClick={toggle}
    >
      {label}
    </button>
  );
}

/** Why, and what would help. */
export function HealthReasons({ health: { outages, names, open }, id }: HealthProps) {
  return (
    <div className="panel-description" id={id} hidden={!open || outages.length === 0}>
      {outages.map((outage) => (
        <p key={outage.reason}>
          {outageText(outage, names)} {outage.help}{' '}
          {outage.ceiling !== undefined && (
            <button
              type="button"
              className="text-link"
              onClick={() => actions.setParameters({ tau_max: outage.ceiling }, true)}
            >
              Set the ceiling to {formatQuantity(outage.ceiling, 'nats')}
            </button>
          )}
        </p>
      ))}
    </div>
  );
}
