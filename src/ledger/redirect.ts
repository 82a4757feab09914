import { TautlineFailure } from '../core/errors.ts';
import { placeOf } from '../core/hostPlace.ts';

/**
 * Asks one address and no other. A browser does not show where a server passes a request on to before it has gone
 * there: that is refused with kind "redirected", until the user has agreed to `follow`; and even then where it led to
 * this computer or its own network and the address had not.
 */
export const carefulFetch =
  (follow: boolean, fetcher: typeof fetch = (...asked) => fetch(...asked)): typeof fetch =>
  async (input, init) => {
    const asked = input instanceof Request ? input.url : String(input);
    const response = await fetcher(input, { ...init, redirect: follow ? 'follow' : 'manual' });
    if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
      throw redirected(asked, null);
    }
    const from = new URL(asked).hostname;
    const to = response.redirected ? new URL(response.url).hostname : from;
    if (to === from || placeOf(to) === 'elsewhere') return response;
    void response.body?.cancel();
    throw redirected(asked, response.url);
  };

const redirected = (url: string, to: string | null): TautlineFailure =>
  new TautlineFailure({
    kind: 'redirected',
    url,
    to,
    problem: `the server passes the request on to ${to ?? 'another address'}`,
    advice: 'Open the address that it leads to, or download the file and open it here',
  });
