import { useEffect, useRef, type ReactNode } from 'react';
import { placeOf, type HostPlace } from '../../core/hostPlace.ts';
import { actions } from '../../state/store.ts';
import type { LedgerPhase } from '../../state/types.ts';
import { Problem } from '../shell/Problem.tsx';
import './report.css';

const WHERE: Readonly<Record<HostPlace, string | null>> = {
  'this computer':
    'This address is on your own computer. Go on only if you run that server yourself: a link from somebody else ' +
    'should not lead there.',
  'own network':
    'This address is in your own network, not on the internet. Go on only if you know that server: a link from ' +
    'somebody else should not lead there.',
  elsewhere: null,
};

/** Asks before anything is fetched from an address that the user has not entered. */
export function AskAddress({ ledger }: { readonly ledger: Extract<LedgerPhase, { phase: 'asking' }> }): ReactNode {
  const { source, redirect } = ledger;
  const url = new URL(source.url, location.href);
  const unseen = redirect?.seen === false;
  const warning = unseen ? null : WHERE[placeOf(url.hostname)];
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div className="centre-message" role="group" aria-labelledby="ask-address">
      <h2 id="ask-address" tabIndex={-1} ref={heading}>
        {unseen ? `Let ${url.host} pass this on to another address?` : `Open a ledger from ${url.host}?`}
      </h2>
      <p>
        {unseen
          ? `${url.host} does not hold the file itself: it names another address, which the browser does not show ` +
            'before it goes there. Where it leads to your own computer or network, nothing is read and you are asked ' +
            'again.'
          : redirect
            ? `${new URL(redirect.from, location.href).host} has passed the request on to ${url.host}. ` +
              'Nothing has been read.'
            : `This link names an address. Nothing has been fetched yet; that server sees who asks it.`}
      </p>
      {warning !== null && <Problem>{warning}</Problem>}
      <dl className="error-parts">
        <div>
          <dt>Host</dt>
          <dd>{url.host}</dd>
        </div>
        <div>
          <dt>Address</dt>
          <dd>{url.href}</dd>
        </div>
        {url.protocol === 'http:' && warning === null && (
          <div>
            <dt>Note</dt>
            <dd>http is not encrypted: others on the way can read and change the file</dd>
          </div>
        )}
      </dl>
      <div className="buttons">
        <button type="button" className="button" onClick={() => actions.agree()}>
          {unseen ? 'Follow it' : `Open from ${url.host}`}
        </button>
        <button type="button" className="button primary" onClick={() => actions.close()}>
          Do not open
        </button>
      </div>
    </div>
  );
}
