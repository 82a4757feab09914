import { createContext, useContext, useMemo, useRef } from 'react';
import { useUnchanged } from '../../charts/useSame.ts';
import type { LimitControl } from '../../charts/limits.ts';
import type { Threshold } from '../../charts/paint.ts';
import { ruleKey } from '../../detection/channels/limitRule.ts';
import type { ParameterName, Parameters } from '../../detection/parameters.ts';
import { actions, session, useTautline } from '../../state/store.ts';
import type { LinePanel } from '../panel.ts';
import { LimitFigure } from './LimitFigure.tsx';
import { dragTo, limitSliders, stepBy } from './limits.ts';

/** Brings a parameter into view: what the page offers, the panels only ask for. `end`: of one that is a pair. */
export type ShowParameter = (name: ParameterName, end: 0 | 1) => void;
export const ParameterLink = createContext<ShowParameter>(() => undefined);

const inForce = (): Parameters => session.store.getState().view.parameters;

/** The limits of a panel, tied to the parameters that govern them. */
export function useLimits(panel: LinePanel, thresholds: readonly Threshold[]): LimitControl {
  const show = useContext(ParameterLink);
  const parameters = useTautline((state) => state.view.parameters);
  const sliders = useUnchanged(useMemo(() => limitSliders(thresholds, parameters), [thresholds, parameters]));
  /** Of the limit that is held, as they were. */
  const before = useRef<Partial<Parameters> | null>(null);
  return useMemo(() => {
    const of = (key: string) => sliders.find(({ rule }) => ruleKey(rule) === key);
    const set = (change: Partial<Parameters> | null, rest: boolean) => {
      if (change) actions.setParameters(change, rest);
    };
    return {
      sliders,
      onMove(key, limit) {
        const slider = of(key);
        if (!slider) return;
        const { parameter } = slider.rule;
        before.current ??= { [parameter]: inForce()[parameter] };
        set(dragTo(inForce(), slider.rule, limit), false);
      },
      onRest(_, completed) {
        const names = Object.keys(before.current ?? {}) as ParameterName[];
        const now = Object.fromEntries(names.map((name) => [name, inForce()[name]]));
        set(completed ? now : before.current, true);
        before.current = null;
      },
      onStep(key, steps) {
        const slider = of(key);
        if (slider) set(stepBy(inForce(), slider.rule, steps), true);
      },
      onShow(key) {
        const slider = of(key);
        if (slider) show(slider.rule.parameter, slider.rule.end ?? 0);
      },
      figure(key) {
        const slider = of(key);
        return slider && <LimitFigure panel={panel} rule={slider.rule} limit={slider.value} />;
      },
    };
  }, [panel, sliders, show]);
}
