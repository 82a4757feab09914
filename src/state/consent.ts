/** How an address may be asked: by itself only, or wherever it passes the request on to. */
export type Agreement = 'direct' | 'follow';

/** The addresses that the user has agreed to open. */
export interface Consent {
  /** The page's own host, whose files need no consent; null outside of a page. */
  readonly origin: string | null;
  readonly agreed: ReadonlyMap<string, Agreement>;
}

/** Where consent outlives a reload of the tab. */
export interface ConsentStorage {
  read(): Consent;
  write(agreed: Consent['agreed']): void;
}

export const passingConsent = (): ConsentStorage => ({
  read: () => ({ origin: null, agreed: new Map() }),
  write: () => undefined,
});

const KEY = 'tautline.agreed';

/** The storage of the tab; `open` fails where the browser refuses it, and consent then lasts as long as the page. */
export function browserConsent(
  open: () => Pick<Storage, 'getItem' | 'setItem'> = () => sessionStorage,
): ConsentStorage {
  return {
    read() {
      const { origin } = location;
      try {
        const stored: unknown = JSON.parse(open().getItem(KEY) ?? '[]');
        return { origin, agreed: new Map(stored as [string, Agreement][]) };
      } catch {
        return { origin, agreed: new Map() };
      }
    },
    write(agreed) {
      try {
        open().setItem(KEY, JSON.stringify([...agreed]));
      } catch {
        // It is asked again after a reload.
      }
    },
  };
}

/** True of an address of the page's own host, and of one that was agreed to. */
export function isAgreed({ origin, agreed }: Consent, url: string): boolean {
  if (agreed.has(url)) return true;
  if (origin === null || !URL.canParse(url, origin)) return false;
  return new URL(url, origin).origin === origin;
}

export const withAgreement = (consent: Consent, url: string, agreement: Agreement): Consent => ({
  ...consent,
  agreed: new Map([...consent.agreed, [url, agreement]]),
});
