import type { KeyboardEvent } from 'react';

/** What menus share whose list is a native popover. */

/** Room between button and list, and between list and the edge of the page, in CSS px. */
const GAP = 4;

export const entriesOf = (list: HTMLElement | null): HTMLElement[] => [
  ...(list?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? []),
];

/** The list lies under its button, above it where there is no room, flush with its right side and within the page. */
export function placeBeside(list: HTMLElement, button: HTMLElement): void {
  const { bottom, right, top } = button.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const { offsetWidth, offsetHeight } = list;
  const under = bottom + GAP + offsetHeight <= clientHeight;
  list.style.left = `${Math.max(GAP, Math.min(right, clientWidth - GAP) - offsetWidth)}px`;
  list.style.top = `${under ? bottom + GAP : Math.max(GAP, top - GAP - offsetHeight)}px`;
}

/** Arrows, Home and End move among the entries; Tab closes the list. */
export function onMenuKey(event: KeyboardEvent, list: HTMLElement | null): void {
  const entries = entriesOf(list);
  const at = entries.indexOf(document.activeElement as HTMLElement);
  const to = {
    ArrowDown: (at + 1) % entries.length,
    ArrowUp: (at + entries.length - 1) % entries.length,
    Home: 0,
    End: entries.length - 1,
  }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    entries[to]?.focus();
  } else if (event.key === 'Tab') list?.hidePopover();
  // The browser closes the list; the page's own Escape would close what lies under it.
  else if (event.key === 'Escape') event.stopPropagation();
}
