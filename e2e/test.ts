import { expect, test as base } from '@playwright/test';

interface Guards {
  /** Errors that this test provokes on purpose: a console or page error that matches one is not held against it. */
  expectedErrors: readonly RegExp[];
  /** Fails the test on any console error, uncaught exception, or request that leaves this machine. */
  guard: undefined;
}

/** Playwright's `test` for all specs here: the page must stay free of errors and must not talk to anyone. */
export const test = base.extend<Guards>({
  expectedErrors: [[], { option: true }],
  guard: [
    async ({ context, baseURL, expectedErrors }, use) => {
      const errors: string[] = [];
      const strangers: string[] = [];
      const { hostname } = new URL(baseURL ?? '');
      const note = (url: string) => {
        const { protocol, hostname: asked } = new URL(url);
        if (!['data:', 'blob:'].includes(protocol) && asked !== hostname) strangers.push(url);
      };
      context.on('request', (request) => note(request.url()));
      context.on('page', (page) => page.on('websocket', (socket) => note(socket.url())));
      context.on('console', (message) => {
        if (message.type() === 'error') errors.push(`${message.text()} (${message.location().url})`);
      });
      context.on('weberror', (error) => errors.push(String(error.error().stack ?? error.error())));
      await use(undefined);
      expect(strangers, 'requests that left this machine').toEqual([]);
      expect(
        errors.filter((error) => !expectedErrors.some((expected) => expected.test(error))),
        'errors of the page',
      ).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
