import { micromark } from 'micromark';

/**
 * A message as HTML that cannot do anything: HTML in it is shown as text, pictures are their descriptions, links are
 * text with the address in their title, and headings stand outside of those of the page.
 */
export const messageHtml = (text: string): string =>
  micromark(text)
    .replace(/<img [^>]*?alt="([^"]*)"[^>]*>/g, '$1')
    .replace(/<a href="([^"]*)"[^>]*>/g, '<span class="message-link" title="$1">')
    .replaceAll('</a>', '</span>')
    .replace(/<h[1-6]>/g, '<p class="message-heading">')
    .replace(/<\/h[1-6]>/g, '</p>');
