import { plainText } from './label-table-cell';
import { knownRoles } from './label-table-names';

/** How the text of a table is cut into cells. */
export interface Dialect {
  readonly delimiter: string;
  /** The text without Excel's line that names the delimiter. */
  readonly body: string;
  readonly warning: string | null;
}

/** Where text counts are equal, the character that is rarer inside of cells goes first. */
const DELIMITERS = ['\t', ';', '|', ','] as const;
const LINES = 50;
const LOOKED_AT = 64 * 1024;

/**
 * The delimiter: what Excel's first line says ("sep=;"), else the one that cuts the first lines into the columns that
 * a label table has, else the one that stands in most lines equally often, quoted text left out.
 */
export function detectDialect(text: string): Dialect {
  const declared = separatorLine(text);
  const body = declared === null ? text : text.slice(declared.length);
  const lines = firstLines(body, declared?.delimiter ?? null);
  const guess = () => guessDelimiter(lines);
  if (declared === null) return { delimiter: guess(), body, warning: null };
  const { delimiter } = declared;
  if (delimiter !== null && lines.some((line) => line.includes(delimiter))) return { delimiter, body, warning: null };
  const seen = guess();
  const wrong = delimiter !== null && lines.some((line) => line.includes(seen));
  return {
    delimiter: wrong ? seen : (delimiter ?? seen),
    body,
    warning: wrong
      ? 'The first line (“sep=”) names a separator that no line uses. The actual separator is used instead.'
      : null,
  };
}

/** Excel's first line, in any case, also quoted, and with the separators that a program has added at its end. */
function separatorLine(text: string): { readonly delimiter: string | null; readonly length: number } | null {
  const [line = '', name] = /^\s*"?(sep ?=)[^\r\n]*(?:\r\n|\r|\n|$)/i.exec(text) ?? [];
  if (name === undefined) return null;
  const said = line.slice(line.indexOf('=') + 1).replace(/[\r\n]+$/, '');
  const delimiter = /^\s*\\t/.test(said) ? '\t' : (/^ ?"?([^"\r\n])/.exec(said)?.[1] ?? null);
  // A text that only begins so is a line of the table.
  const rest = said.replace(/^ ?"?(\\t|.)?"?/, '');
  return /[^"\s;,|]/.test(rest) ? null : { delimiter, length: line.length };
}

function guessDelimiter(lines: readonly string[]): string {
  let best: { readonly delimiter: string; readonly score: readonly number[] } | null = null;
  for (const delimiter of DELIMITERS) {
    const counts = lines.map((line) => line.split(delimiter).length - 1);
    const width = mostFrequent(counts.filter((count) => count > 0));
    if (width === 0) continue;
    const roles = Math.max(...lines.map((line) => knownRoles(line.split(delimiter).map(unquoted)).size));
    const score = [roles < 2 ? 0 : roles, counts.filter((count) => count === width).length, width];
    if (best === null || isMore(score, best.score)) best = { delimiter, score };
  }
  return best?.delimiter ?? ',';
}

function isMore(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0);
}

/** The larger one where two are as frequent; 0 of an empty list. */
export function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [first] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0]);
  return first?.[0] ?? 0;
}

const unquoted = (cell: string): string => plainText(cell).replace(/^"|"$/g, '').replaceAll(HIDDEN, ' ');

/** Stands for a separator or a line end in quotes. */
const HIDDEN = '\u0001';

/** The first lines that are not empty, with separators and line ends in quoted cells hidden. */
function firstLines(text: string, declared: string | null): string[] {
  const separators = new Set<string>([...DELIMITERS, ...(declared === null ? [] : [declared])]);
  const lines: string[] = [];
  let line = '';
  let quoted = false;
  let atStart = true;
  const end = () => {
    if (line.trim() !== '') lines.push(line);
    line = '';
    atStart = true;
  };
  for (const character of text.slice(0, LOOKED_AT)) {
    const lineEnd = character === '\n' || character === '\r';
    if (quoted) {
      // A doubled quote closes and opens again.
      if (character === '"') quoted = false;
      line += separators.has(character) || lineEnd ? HIDDEN : character;
    } else if (lineEnd) {
      end();
      if (lines.length === LINES) return lines;
    } else {
      quoted = character === '"' && (atStart || line.endsWith('"'));
      atStart = separators.has(character) || (atStart && character === ' ');
      line += character;
    }
  }
  // The last line of a long text is cut.
  if (text.length <= LOOKED_AT || lines.length === 0) end();
  return lines;
}
