import { plainText } from './label-table-cell';
import { knownRoles } from './label-table-names';

/** How a table's text is split into cells. */
export interface Dialect {
  readonly delimiter: string;
  /** The text without Excel's `sep=` line. */
  readonly body: string;
  readonly warning: string | null;
}

/** In order of preference on equal counts: characters that are rarer within cells come first. */
const DELIMITERS = ['\t', ';', '|', ','] as const;
const SNIFFED_LINES = 50;
const SNIFFED_CHARACTERS = 64 * 1024;

/**
 * Detects the delimiter: the one that Excel's first line declares ("sep=;"), else the one that yields the most usual
 * column names, else the one that occurs equally often in the most lines. Quoted text is ignored.
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

/** Excel's `sep=` line in any case, quoted or not, also with trailing separators that a program has added. */
function separatorLine(text: string): { readonly delimiter: string | null; readonly length: number } | null {
  const [line = '', name] = /^\s*"?(sep ?=)[^\r\n]*(?:\r\n|\r|\n|$)/i.exec(text) ?? [];
  if (name === undefined) return null;
  const declaration = line.slice(line.indexOf('=') + 1).replace(/[\r\n]+$/, '');
  const delimiter = /^\s*\\t/.test(declaration) ? '\t' : (/^ ?"?([^"\r\n])/.exec(declaration)?.[1] ?? null);
  // A line that continues with other text belongs to the table.
  const rest = declaration.replace(/^ ?"?(\\t|.)?"?/, '');
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

/** The most frequent value; of equally frequent ones the largest. 0 for an empty list. */
export function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [first] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0]);
  return first?.[0] ?? 0;
}

const unquoted = (cell: string): string => plainText(cell).replace(/^"|"$/g, '').replaceAll(HIDDEN, ' ');

/** Replaces a separator or line end within quotes. */
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
  for (const character of text.slice(0, SNIFFED_CHARACTERS)) {
    const lineEnd = character === '\n' || character === '\r';
    if (quoted) {
      // A doubled quote closes and opens again.
      if (character === '"') quoted = false;
      line += separators.has(character) || lineEnd ? HIDDEN : character;
    } else if (lineEnd) {
      end();
      if (lines.length === SNIFFED_LINES) return lines;
    } else {
      quoted = character === '"' && (atStart || line.endsWith('"'));
      atStart = separators.has(character) || (atStart && character === ' ');
      line += character;
    }
  }
  // The last line of a long text is incomplete.
  if (text.length <= SNIFFED_CHARACTERS || lines.length === 0) end();
  return lines;
}
