import { actions } from '../../state/store.ts';

/** Puts text on the clipboard and says so; says what to do where the browser refuses. */
export async function copyText(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    actions.toast('info', done);
  } catch {
    actions.toast(
      'warning',
      'The browser refused access to the clipboard. Allow it for this page, or select the text and copy it by hand.',
    );
  }
}
