import { html as honoHtml } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

/** Markup in which every inserted text is escaped. A `String` object: `String(markup)` gives the text. */
export type Html = HtmlEscapedString;

type Piece = Html | string | number | boolean | null | undefined | readonly Piece[];

/**
 * hono's `html`, which returns a promise only for pieces that are promises; the type of `Piece` excludes them.
 * Escapes every text but `Html`, joins lists, and leaves out booleans, null and undefined.
 */
export const html = honoHtml as (strings: TemplateStringsArray, ...pieces: readonly Piece[]) => Html;
