/** Markup that is known to be safe: made by the `html` template, which escapes all that is put into it. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Piece = Html | string | number | null | false | readonly Piece[];

const replacements: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and for quoted attribute values. Control characters that HTML does not allow become U+FFFD. */
export function escapeHtml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '\ufffd')
      .replace(/[&<>"']/g, (character) => replacements[character] ?? character)
  );
}

function render(piece: Piece): string {
  if (piece === null || piece === false) return '';
  if (piece instanceof Html) return piece.text;
  if (typeof piece === 'string') return escapeHtml(piece);
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
