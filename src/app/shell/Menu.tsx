import { useId, useRef, useState, type ReactNode, type ToggleEvent } from 'react';
import { entriesOf, onMenuKey, placeBeside } from '../../charts/popoverMenu.ts';
import { Icon, type IconName } from './Icon.tsx';

export interface MenuItem {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
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

  const onToggle = ({ newState }: ToggleEvent): void => {
    setOpen(newState === 'open');
    if (newState !== 'open' || !list.current || !button.current) return;
    placeBeside(list.current, button.current);
    entriesOf(list.current)[0]?.focus();
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
        onKeyDown={(event) => onMenuKey(event, list.current)}
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
