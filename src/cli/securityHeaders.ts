/** What the page may load and run, whatever a ledger holds. A ledger may be fetched from any address. */
const POLICY = {
  'default-src': ["'self'"],
  'script-src': ["'self'", "'wasm-unsafe-eval'"],
  'worker-src': ["'self'", 'blob:'],
  'connect-src': ["'self'", 'https:', 'http:'],
  'img-src': ["'self'", 'data:', 'blob:'],
  'style-src': ["'self'"],
  'object-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
} as const;

type Directive = keyof typeof POLICY;
type Policy = Readonly<Partial<Record<Directive, readonly string[]>>>;

const text = (policy: Policy): string =>
  Object.entries(policy)
    .map(([directive, sources]) => `${directive} ${sources.join(' ')}`)
    .join('; ');

/** A browser ignores it in a meta tag. */
const HEADER_ONLY: readonly string[] = ['frame-ancestors'] satisfies Directive[];

/** The policy as far as a meta tag of the page can state it, for hosts that set no headers. */
export const metaPolicy = (): string =>
  text(Object.fromEntries(Object.entries(POLICY).filter(([directive]) => !HEADER_ONLY.includes(directive))));

/**
 * The one script that makes code of text: the database's worker, whose Arrow compiles its filters so (decision 0036).
 * It runs in a thread of its own, under the policy of its own answer.
 */
const EVALUATING_WORKER = /^\/assets\/database\.worker-[\w-]+\.js$/;

/** Cross-origin isolation: SharedArrayBuffer and microsecond clocks. The app works without it. */
export const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
} as const;

const OTHERS = {
  ...ISOLATION,
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), serial=(), usb=()',
} as const;

/** What is sent with the file that a path names. */
export function securityHeaders(path: string): Readonly<Record<string, string>> {
  const policy: Policy = EVALUATING_WORKER.test(path)
    ? { ...POLICY, 'script-src': [...POLICY['script-src'], "'unsafe-eval'"] }
    : POLICY;
  return { ...OTHERS, 'Content-Security-Policy': text(policy) };
}
