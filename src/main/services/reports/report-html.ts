import { escapeMarkup } from '#shared/text/markup';

/** Markup that is known to be safe: made by the `html` template, which escapes all that is put into it. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Piece = Html | string | number | null | false | readonly Piece[];

function render(piece: Piece): string {
  if (piece === null || piece === false) return '';
  if (piece instanceof Html) return piece.text;
  if (typeof piece === 'string') return escapeMarkup(piece);
  if (typeof piece === 'number') return String(piece);
  return piece.map(render).join('');
}

/** A template that escapes every value but other `Html`. Lists are joined; null and false leave nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Piece[]): Html {
  let text = '';
  strings.forEach((part, index) => {
    text += part;
    if (index < values.length) text += render(values[index] ?? null);
  });
  return new Html(text);
}
