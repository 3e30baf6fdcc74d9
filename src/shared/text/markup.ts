import { html } from 'hono/html';

/**
 * Escapes text for SVG files. hono's escaping leaves control characters and noncharacters, which XML 1.0 forbids: they
 * become U+FFFD.
 */
export function escapeMarkup(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to replace
  const legal = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/g, '\ufffd');
  return String(html`${legal}`);
}
