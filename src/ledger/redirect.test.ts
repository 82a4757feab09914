import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { TautlineFailure } from '../core/errors.ts';
import { carefulFetch } from './redirect.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => null,
    (thrown: unknown) => (thrown instanceof TautlineFailure ? thrown.error : thrown),
  );

describe('a server that passes a request on', () => {
  it.each([301, 302, 303, 307, 308])('by %i is not followed unasked', async (status) => {
    let asked = 0;
    const inside = await serve((_, response) => void response.end(`${(asked += 1)}`));
    const outside = await serve(
      (_, response) => void response.writeHead(status, { Location: `http://127.0.0.1:${inside}/x` }).end(),
    );
    const url = `http://localhost:${outside}/a`;
    expect(await errorOf(carefulFetch(false)(url))).toMatchObject({ kind: 'redirected', url, to: null });
    expect(asked).toBe(0);
  });

  it('is followed where that was agreed to, but not read from this computer or its own network', async () => {
    const inside = await serve((_, response) => void response.end('secret'));
    const to = `http://127.0.0.1:${inside}/x`;
    const outside = await serve((_, response) => void response.writeHead(302, { Location: to }).end());
    expect(await errorOf(carefulFetch(true)(`http://localhost:${outside}/a`))).toMatchObject({
      kind: 'redirected',
      to,
    });
    const same = await carefulFetch(true)(`http://127.0.0.1:${outside}/a`);
    expect(await same.text()).toBe('secret');
  });

  it('to another host of the internet is followed where that was agreed to', async () => {
    const answer = Object.assign(new Response('rows'), {});
    Object.defineProperties(answer, { redirected: { value: true }, url: { value: 'https://cdn.example/a' } });
    expect(await carefulFetch(true, async () => answer)('https://example.org/a')).toBe(answer);
  });

  it('shows nothing of where it leads in a browser', async () => {
    const hidden = Object.assign(new Response(null), {});
    Object.defineProperties(hidden, { type: { value: 'opaqueredirect' } });
    expect(await errorOf(carefulFetch(false, async () => hidden)('https://example.org/a'))).toMatchObject({
      kind: 'redirected',
      to: null,
    });
  });
});
