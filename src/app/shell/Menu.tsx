import { useId, useRef, useState, type KeyboardEvent, type ReactNode, type ToggleEvent } from 'react';
import { Icon, type IconName } from './Icon.tsx';

export interface MenuItem {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
}

/** Room between button and list, and between list and the edge of the page, in CSS px. */
const GAP = 4;

/** The list lies in the top layer, right under its button and flush with its right side. */
function placeUnder(list: HTMLElement, button: HTMLElement): void {
  const { bottom, right } = button.getBoundingClientRect();
  const left = Math.max(GAP, Math.min(right, document.documentElement.clientWidth - GAP) - list.offsetWidth);
  list.style.left = `${left}px`;
  list.style.top = `${bottom + GAP}px`;
}

/** A button with a list of choices, a native popover: arrows move, Enter chooses, Escape or a click outside closes. */
export function Menu({
  label,
  icon,
  items,
  onChoose,
  small = false,
}: {
  readonly label: string;
  /** Stands in place of the label. */
  readonly icon?: IconName;
  readonly items: readonly MenuItem[];
  readonly onChoose: (id: string) => void;
  readonly small?: boolean;
}): ReactNode {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  const entries = (): HTMLElement[] => [...(list.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];

  const onToggle = ({ newState }: ToggleEvent): void => {
    setOpen(newState === 'open');
    if (newState !== 'open' || !list.current || !button.current) return;
    placeUnder(list.current, button.current);
    entries()[0]?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const choices = entries();
    const at = choices.indexOf(document.activeElement as HTMLElement);
    const to = {
      ArrowDown: (at + 1) % choices.length,
      ArrowUp: (at + choices.length - 1) % choices.length,
      Home: 0,
      End: choices.length - 1,
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      choices[to]?.focus();
    } else if (event.key === 'Tab') list.current?.hidePopover();
    // The browser closes the list; the page's own Escape would close what lies under it.
    else if (event.key === 'Escape') event.stopPropagation();
  };

  return (
    <>
      <button
        ref={button}
        type="button"
        className={icon ? 'button icon-only' : small ? 'button small quiet' : 'button quiet'}
        aria-label={icon && label}
        title={icon && label}
        aria-haspopup="menu"
        aria-expanded={open}
        popoverTarget={id}
      >
        {icon ? (
          <Icon name={icon} />
        ) : (
          <>
            {label} <Icon name="chevronDown" size={12} />
          </>
        )}
      </button>
      <ul
        ref={list}
        popover="auto"
        className="menu-list"
        role="menu"
        id={id}
        aria-label={label}
        onToggle={onToggle}
        onKeyDown={onKeyDown}
      >
        {items.map((item) => (
          <li key={item.id} role="none">
            <button
              type="button"
              role="menuitem"
              tabIndex={-1}
              onClick={() => {
                list.current?.hidePopover();
                onChoose(item.id);
              }}
            >
              <strong>{item.title}</strong>
              {item.description && <span className="dim">{item.description}</span>}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
