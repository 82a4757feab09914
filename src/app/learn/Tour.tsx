import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { useTautline } from '../../state/store.ts';
import { Icon } from '../shell/Icon.tsx';
import { setTour } from '../ui.ts';
import './learn.css';
import { placeCard } from './place.ts';
import { sampleIsOpen, TOUR_STEPS, type TourStep } from './steps.ts';
import { useTarget } from './useTarget.ts';

/** What the step asks for: done, or done for the user. */
function Task({ step }: { readonly step: TourStep }): ReactNode {
  const done = useTautline((state) => step.done?.(state) ?? false);
  if (!step.done) return null;
  return (
    <p className="tour-task" role="status">
      {done ? (
        <>
          <Icon name="check" size={13} /> Done.
        </>
      ) : (
        <button type="button" className="button" onClick={() => step.help?.act()}>
          {step.help?.label}
        </button>
      )}
    </p>
  );
}

function Buttons({ at, ready }: { readonly at: number; readonly ready: boolean }): ReactNode {
  const last = at === TOUR_STEPS.length - 1;
  return (
    <div className="tour-foot">
      <span className="dim">
        Step {at + 1} of {TOUR_STEPS.length}
      </span>
      <button type="button" className="button" disabled={at === 0} onClick={() => setTour(at - 1)}>
        Back
      </button>
      <button
        type="button"
        className="button primary"
        disabled={!ready}
        title={ready ? undefined : 'Open the sample first'}
        onClick={() => setTour(last ? null : at + 1)}
      >
        {last ? 'Finish' : 'Next'}
      </button>
    </div>
  );
}

/** The tour: a card beside the control that the step is about, over the page that stays usable. */
export function Tour({ at }: { readonly at: number }): ReactNode {
  const step = TOUR_STEPS[at];
  const target = useTarget(step.targets);
  const isOpen = useTautline(sampleIsOpen);
  const opening = useTautline(({ ledger }) => ledger.phase === 'opening');
  const other = useTautline(({ ledger }) => (ledger.phase === 'open' ? ledger.report.name : null));
  const card = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef<Element | null>(null);
  const [size, setSize] = useState({ width: 340, height: 220 });

  useEffect(() => {
    before.current = document.activeElement;
    return () => {
      const from = before.current;
      if (from instanceof HTMLElement && from.isConnected) from.focus({ preventScroll: true });
      else document.getElementById('main')?.focus({ preventScroll: true });
    };
  }, []);
  useEffect(() => {
    step.prepare?.();
    heading.current?.focus({ preventScroll: true });
  }, [step]);
  useLayoutEffect(() => {
    const element = card.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setSize({ width: element.offsetWidth, height: element.offsetHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  return (
    <>
      {target && <div className="tour-ring" style={ringOf(target)} aria-hidden="true" />}
      <div
        ref={card}
        className="tour"
        role="dialog"
        aria-labelledby="tour-title"
        aria-describedby="tour-text"
        style={placeCard(target, size, { width: window.innerWidth, height: window.innerHeight })}
      >
        <div className="tour-head">
          <h2 id="tour-title" tabIndex={-1} ref={heading}>
            {step.title}
          </h2>
          <button
            type="button"
            className="button icon-only"
            aria-label="Leave the tour"
            title="Leave the tour (Esc)"
            onClick={() => setTour(null)}
          >
            <Icon name="close" />
          </button>
        </div>
        <p id="tour-text">{step.text}</p>
        {at === 0 && other !== null && !isOpen && (
          <p className="dim">The sample takes the place of {other} here; its file stays as it is.</p>
        )}
        {opening ? <p role="status">Opening…</p> : <Task step={step} />}
        <Buttons at={at} ready={isOpen} />
      </div>
    </>
  );
}

const AROUND = 4;
const ringOf = ({ left, top, width, height }: { left: number; top: number; width: number; height: number }) => ({
  left: left - AROUND,
  top: top - AROUND,
  width: width + 2 * AROUND,
  height: height + 2 * AROUND,
});
