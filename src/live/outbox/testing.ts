import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A real receiver of webhooks on this machine, which tests make fail. */
export class Receiver {
  readonly received: Received[] = [];
  /** How the next calls are answered; afterwards 204. */
  readonly answers: ((response: ServerResponse) => unknown)[] = [];
  #port = 0;
  #server: ReturnType<typeof createServer> | null = null;

  async open(): Promise<void> {
    const server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        this.received.push({ headers: request.headers, body: Buffer.concat(pieces).toString() });
        const answer = this.answers.shift();
        if (answer) answer(response);
        else response.writeHead(204).end();
      });
    });
    await new Promise<void>((done) => server.listen(this.#port, '127.0.0.1', done));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${this.#port}/alerts`);
  }

  /** Ids of CloudEvents, each as often as it came. */
  get ids(): string[] {
    return this.received.map(({ body }) => (JSON.parse(body) as { id: string }).id);
  }

  /** Goes away: at its port nobody listens any more. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    server?.closeAllConnections();
    if (server) await new Promise((done) => server.close(done));
  }
}
