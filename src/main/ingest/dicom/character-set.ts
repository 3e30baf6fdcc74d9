/** Decoded text. `faithful`: every byte is valid in the character sets that the file declares. */
export interface DecodedText {
  readonly text: string;
  readonly faithful: boolean;
}

/** The character encoding of a data set: Specific Character Set (0008,0005), PS3.3, C.12.1.1.2 and PS3.5, 6.1. */
export interface CharacterSet {
  /** False if the file declares a character set that DICOM does not define. */
  readonly known: boolean;
  /** `personName`: “^” and “=” also reset escape sequences, as in PN. */
  decode(bytes: Uint8Array, personName?: boolean): DecodedText;
}

/** TextDecoder's label. WHATWG's Latin-1 has letters where ISO 8859-1 has control characters. */
const LATIN_1 = 'iso-8859-1';

/** Sets used on their own, without escape sequences. */
const wholeSets: Readonly<Record<string, string>> = {
  'IR 192': 'utf-8',
  GB18030: 'gb18030',
  GBK: 'gbk',
};

/**
 * G1 sets (bytes from 0x80) by ISO registration number. JIS X 0208 and 0212 (87, 159) are for G0 only; ASCII (6) is G0
 * with an empty G1.
 */
const upperSets: Readonly<Record<string, string | null>> = {
  'IR 6': null,
  'IR 100': LATIN_1,
  'IR 101': 'iso-8859-2',
  'IR 109': 'iso-8859-3',
  'IR 110': 'iso-8859-4',
  'IR 144': 'iso-8859-5',
  'IR 127': 'iso-8859-6',
  'IR 126': 'iso-8859-7',
  'IR 138': 'iso-8859-8',
  'IR 148': 'iso-8859-9',
  'IR 203': 'iso-8859-15',
  'IR 13': 'shift_jis',
  'IR 166': 'windows-874',
  'IR 149': 'euc-kr',
  'IR 58': 'gbk',
  'IR 87': null,
  'IR 159': null,
};

type LowerSet = 'ascii' | 'jis-0208' | 'jis-0212';

type Escape = { readonly lower: LowerSet } | { readonly upper: string };

/** Escape sequences of PS3.3, Tables C.12-3 and C.12-4, without ESC. The romaji of JIS X 0201 are treated as ASCII. */
const escapes: Readonly<Record<string, Escape>> = {
  '(B': { lower: 'ascii' },
  '(J': { lower: 'ascii' },
  $B: { lower: 'jis-0208' },
  '$@': { lower: 'jis-0208' },
  '$(D': { lower: 'jis-0212' },
  ')I': { upper: 'shift_jis' },
  '-A': { upper: LATIN_1 },
  '-B': { upper: 'iso-8859-2' },
  '-C': { upper: 'iso-8859-3' },
  '-D': { upper: 'iso-8859-4' },
  '-L': { upper: 'iso-8859-5' },
  '-G': { upper: 'iso-8859-6' },
  '-F': { upper: 'iso-8859-7' },
  '-H': { upper: 'iso-8859-8' },
  '-M': { upper: 'iso-8859-9' },
  '-b': { upper: 'iso-8859-15' },
  '-T': { upper: 'windows-874' },
  '$)C': { upper: 'euc-kr' },
  '$)A': { upper: 'gbk' },
};

const ESC = 0x1b;
/** TAB, LF, FF, CR and the backslash between values (PS3.5, 6.1.2.5.3). */
const DELIMITERS = [0x09, 0x0a, 0x0c, 0x0d, 0x5c];
const NAME_DELIMITERS = [0x5e, 0x3d];

function decodeAs(label: string, bytes: Uint8Array): DecodedText {
  try {
    return { text: new TextDecoder(label, { fatal: true }).decode(bytes), faithful: true };
  } catch {
    return { text: new TextDecoder(label).decode(bytes), faithful: false };
  }
}

/** Decodes bytes for which no set is active: as ASCII, otherwise with the first set in which they are valid. */
function decodeUnannounced(bytes: Uint8Array, others: readonly string[]): DecodedText {
  const faithful = bytes.every((byte) => byte < 0x80);
  const read = [...others, 'utf-8', LATIN_1].map((label) => decodeAs(label, bytes)).find((one) => one.faithful);
  return { text: read?.text ?? '', faithful };
}

/** Decodes two-byte characters, each byte from 0x21 to 0x7e: EUC-JP with the high bits cleared. */
function decodeJapanese(set: LowerSet, bytes: readonly number[]): DecodedText {
  const high = bytes.map((byte) => byte | 0x80);
  const euc = set === 'jis-0208' ? high : high.flatMap((byte, index) => (index % 2 === 0 ? [0x8f, byte] : [byte]));
  return decodeAs('euc-jp', Uint8Array.from(euc));
}

/**
 * Decodes text with code extensions (PS3.5, 6.1.2.5): escape sequences switch G0 or G1, delimiters switch them back.
 * `first` is the initial G1 set, `others` are the sets that the file declares besides it.
 */
function decodeExtended(
  bytes: Uint8Array,
  first: string | null,
  others: readonly string[],
  delimiters: readonly number[],
): DecodedText {
  let lower: LowerSet = 'ascii';
  let upper = first;
  let text = '';
  let faithful = true;
  let run: number[] = [];

  function flush(): void {
    if (run.length === 0) return;
    const part =
      lower !== 'ascii' && (run[0] as number) < 0x80
        ? decodeJapanese(lower, run)
        : upper === null
          ? decodeUnannounced(Uint8Array.from(run), others)
          : decodeAs(upper, Uint8Array.from(run));
    text += part.text;
    faithful &&= part.faithful;
    run = [];
  }

  for (let position = 0; position < bytes.length; position++) {
    const byte = bytes[position] as number;
    if (byte === ESC) {
      flush();
      const [sequence, switched] =
        Object.entries(escapes).find(([characters]) =>
          [...characters].every((character, index) => bytes[position + 1 + index] === character.charCodeAt(0)),
        ) ?? [];
      if (sequence === undefined || switched === undefined) {
        faithful = false;
        continue;
      }
      if ('lower' in switched) lower = switched.lower;
      else upper = switched.upper;
      position += sequence.length;
      continue;
    }
    const double = lower !== 'ascii' && byte > 0x20 && byte < 0x7f;
    if (!double && (delimiters.includes(byte) || (lower !== 'ascii' && byte <= 0x20))) {
      flush();
      text += String.fromCharCode(byte);
      if (delimiters.includes(byte)) {
        lower = 'ascii';
        upper = first;
      }
      continue;
    }
    // One-byte and two-byte characters may alternate while G0 is Japanese.
    if (lower !== 'ascii' && run.length > 0 && (run[0] as number) < 0x80 !== byte < 0x80) flush();
    run.push(byte);
  }
  flush();
  return { text, faithful };
}

/** Normalises “ISO_IR 100”, “ISO 2022 IR 100” and common misspellings to “IR 100”. */
function registration(term: string): string {
  const upper = term.trim().toUpperCase();
  const number = /^ISO[\s_-]*(?:2022[\s_-]*)?IR[\s_-]*(\d+)$/.exec(upper)?.[1];
  if (number !== undefined) return `IR ${number}`;
  if (/^UTF[\s_-]?8$/.test(upper)) return 'IR 192';
  return upper;
}

/** Parses a value of Specific Character Set; empty if the file has none. */
export function characterSetOf(value: string): CharacterSet {
  const terms = value.split('\\').map(registration);
  const [first = ''] = terms;
  const whole = terms.map((term) => wholeSets[term]).find((label) => label !== undefined);
  if (whole !== undefined) return { known: true, decode: (bytes) => decodeAs(whole, bytes) };
  const known = terms.every((term) => term === '' || term in upperSets);
  const initial = upperSets[first] ?? null;
  const others = terms.flatMap((term) => upperSets[term] ?? []);
  return {
    known,
    decode: (bytes, personName = false) =>
      decodeExtended(bytes, initial, others, personName ? [...DELIMITERS, ...NAME_DELIMITERS] : DELIMITERS),
  };
}
