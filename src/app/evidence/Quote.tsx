import type { ReactNode } from 'react';
import { formatCount } from '../../core/format.ts';
import type { EventIndex } from '../../core/units.ts';
import { EventLink } from './parts.tsx';
import type { Message } from './useTexts.ts';

/** A message in two lines, with who said it; a click opens its event. */
export function Quote({
  index,
  message,
  aside,
}: {
  readonly index: EventIndex;
  readonly message: Message | undefined;
  readonly aside?: ReactNode;
}): ReactNode {
  return (
    <EventLink index={index} className="quote">
      <span className="quote-head">
        <strong>{message?.speaker ?? `event ${formatCount(index)}`}</strong>
        {typeof message?.speaker === 'string' && <span className="dim">{formatCount(index)}</span>}
        {aside}
      </span>
      <span className="quote-text">{message ? (message.text ?? <em>no text</em>) : ' '}</span>
    </EventLink>
  );
}
