import { formatCount } from '../../core/format.ts';
import type { LimitRule } from '../../detection/channels/limitRule.ts';
import { beyondText, eventsText, runLengthText } from '../../detection/lab/runLengthText.ts';
import { useLimitCost, type LimitAsk, type LimitCost } from '../../state/lab/queries.ts';
import { useAgainst } from '../../state/queries.ts';
import { useTautline } from '../../state/store.ts';
import type { LinePanel } from '../panel.ts';
import { useShared } from './timeline.ts';

/** What is asked of a limit: the false alarms that it costs, or how much of the reference lies beyond it. */
function askOf({ parameter, end }: LimitRule, limit: number): LimitAsk {
  switch (parameter) {
    case 'h':
    case 'z_band':
    case 'false_alarm_budget':
      return { of: parameter };
    case 'tau_max':
      return { of: 'beyond', signal: 'kl', limits: [-Infinity, limit], each: true };
    case 'tau_min':
      return { of: 'beyond', signal: 'entropy', limits: [limit, Infinity], each: false };
    case 'void_floor':
      return { of: 'beyond', signal: 'rho', limits: [limit, Infinity], each: false };
    case 'zone':
      return {
        of: 'beyond',
        signal: 'tension',
        limits: end === 0 ? [limit, Infinity] : [-Infinity, limit],
        each: true,
      };
    default:
      return { of: 'nothing' };
  }
}

function costText(cost: LimitCost): string {
  switch (cost.of) {
    case 'h':
      return `False DRIFT: ${runLengthText(cost.characteristics)}`;
    case 'z_band':
      return `False alarms of the band: ${runLengthText({ cannotRise: false, estimate: cost.estimate })}`;
    case 'false_alarm_budget':
      return `One false alarm is accepted in ${eventsText(cost.events)} events`;
    case 'beyond':
      return beyondText(cost);
    case 'nothing':
      return '';
  }
}

interface LimitFigureProps {
  readonly panel: LinePanel;
  readonly rule: LimitRule;
  readonly limit: number;
}

/** What a limit costs and raises, while it is dragged too. */
export function LimitFigure({ panel, rule, limit }: LimitFigureProps) {
  const { report } = useShared();
  const against = useAgainst();
  const budget = useTautline((state) => state.view.parameters.false_alarm_budget);
  const { cost, stale } = useLimitCost(report.revision, askOf(rule, limit), budget);
  const count = (alerts: typeof report.alerts) => alerts.filter(({ kind }) => panel.kinds.includes(kind)).length;
  const [now, before] = [count(report.alerts), count(report.baselineAlerts)];
  return (
    <>
      <span className={stale ? 'stale' : undefined} role="status">
        {cost ? costText(cost) : 'Measuring…'}
      </span>
      {panel.kinds.length > 0 && (
        <span>
          {formatCount(now)} {now === 1 ? 'alert' : 'alerts'}
          {now !== before && `; with ${against} ${formatCount(before)}`}
        </span>
      )}
    </>
  );
}
