import { expect, test as base, type ConsoleMessage } from '@playwright/test';

interface Guards {
  /** Skips, and so counts, what `npm test` leaves to `npm run test:all`. */
  tier: undefined;
  /** Errors that this test provokes on purpose: a console or page error that matches one is not held against it. */
  expectedErrors: readonly RegExp[];
  /**
   * Fails the test on any console error, uncaught exception, request that leaves this machine, or breach of the
   * Content-Security-Policy.
   */
  guard: undefined;
}

/** Playwright's `test` for all specs here: the page must stay free of errors and must not talk to anyone. */
export const test = base.extend<Guards>({
  tier: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use, { tags, skip }) => {
      skip(process.env.TAUTLINE_TESTS === 'core' && !tags.includes('@core'), 'left to npm run test:all');
      await use(undefined);
    },
    { auto: true },
  ],
  expectedErrors: [[], { option: true }],
  guard: [
    async ({ context, baseURL, expectedErrors }, use) => {
      const errors: string[] = [];
      const strangers: string[] = [];
      const breaches: string[] = [];
      const { hostname } = new URL(baseURL ?? '');
      const note = (url: string) => {
        const { protocol, hostname: asked } = new URL(url);
        if (!['data:', 'blob:'].includes(protocol) && ![hostname, '127.0.0.1'].includes(asked)) strangers.push(url);
      };
      context.on('request', (request) => note(request.url()));
      const hear = (message: ConsoleMessage): void => {
        if (message.type() !== 'error') return;
        const text = `${message.text()} (${message.location().url})`;
        (/Content Security Policy/i.test(text) ? breaches : errors).push(text);
      };
      context.on('page', (page) => {
        page.on('websocket', (socket) => note(socket.url()));
        page.on('worker', (worker) => worker.on('console', hear));
      });
      context.on('console', hear);
      await context.exposeFunction('reportBreach', (breach: string) => breaches.push(breach));
      await context.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile }) => {
          const report = (window as { reportBreach?: (breach: string) => void }).reportBreach;
          report?.(`${effectiveDirective} does not allow ${blockedURI} (${sourceFile})`);
        });
      });
      context.on('weberror', (error) => errors.push(String(error.error().stack ?? error.error())));
      await use(undefined);
      expect(breaches, 'breaches of the Content-Security-Policy').toEqual([]);
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
