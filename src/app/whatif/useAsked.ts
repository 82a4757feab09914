import { useEffect, useRef, useState, type RefObject } from 'react';
import { PARAMETER_SPECS, type ParameterSpec } from '../../detection/parameters.ts';
import { useUi } from '../ui.ts';

/**
 * Brings the slider of the parameter that is asked for (`showParameter`) into view and focuses it.
 * @param unfold is told its group first
 * @returns of the panel that has it
 */
export function useAsked(unfold: (group: ParameterSpec['group']) => void): RefObject<HTMLDivElement | null> {
  const panel = useRef<HTMLDivElement>(null);
  const asked = useUi((ui) => ui.asked);
  const [unfolded, setUnfolded] = useState<typeof asked>(null);
  if (asked && asked !== unfolded) {
    setUnfolded(asked);
    unfold(PARAMETER_SPECS[asked.name].group);
  }
  useEffect(() => {
    if (!asked) return;
    const timer = setTimeout(() => {
      const row = panel.current?.querySelector(`[data-parameter="${asked.name}"]`);
      row?.querySelectorAll<HTMLElement>('input[type="range"]')[asked.end]?.focus({ preventScroll: true });
      row?.scrollIntoView({ block: 'center' });
      useUi.setState({ asked: null });
    });
    return () => clearTimeout(timer);
  }, [asked]);
  return panel;
}
