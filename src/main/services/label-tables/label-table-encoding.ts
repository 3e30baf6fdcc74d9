import { tableInvalid } from './label-table-errors';

export interface DecodedText {
  readonly text: string;
  /** "UTF-8", "UTF-16 LE", "UTF-16 BE" or "Windows-1252". */
  readonly encoding: string;
  readonly warning: string | null;
}

/**
 * By the byte order mark; else UTF-16 where there are zero bytes, which no other text has; else UTF-8; else
 * Windows-1252. Throws `labels_invalid` where it is no text.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const otherKind = kindOfFile(bytes);
  if (otherKind !== null) {
    throw tableInvalid(`The label table is ${otherKind}, not a text file.`, {
      hint: 'Open it in a spreadsheet program and save it as CSV (UTF-8).',
    });
  }
  const wide = byteOrder(bytes);
  if (wide !== null) {
    const text = new TextDecoder(`utf-16${wide}`).decode(bytes);
    return { text, encoding: `UTF-16 ${wide.toUpperCase()}`, warning: null };
  }
  if (bytes.includes(0)) {
    throw tableInvalid('The label table is not a text file.', { hint: 'Export the table as CSV or TSV first.' });
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'UTF-8', warning: null };
  } catch {
    return notUtf8(bytes);
  }
}

/** A mark says UTF-8 whatever else is in the file; without one it is Windows-1252, in which every byte is a letter. */
function notUtf8(bytes: Uint8Array): DecodedText {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return {
      text: new TextDecoder('utf-8').decode(bytes),
      encoding: 'UTF-8',
      warning: 'Some letters of the table are not UTF-8, despite its byte order mark. They are shown as �.',
    };
  }
  return {
    text: decodeWindows1252(bytes),
    encoding: 'Windows-1252',
    warning: 'The table is not UTF-8 and was read as Windows-1252. Check letters such as ä, é and ø in the preview.',
  };
}

/** Bytes 0x80 to 0x9f, where Windows-1252 is not Latin 1 (WHATWG Encoding, index windows-1252). */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** Node's own decoder reads this encoding as Latin 1 (Node 20). */
const decodeWindows1252 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('latin1')
    .replace(/[\u0080-\u009f]/g, (letter) => WINDOWS_1252[letter.charCodeAt(0) - 0x80] ?? letter);

const LOOKED_AT = 4096;
/** Share of the bytes: a table in Chinese still has separators, digits and line ends. */
const LEAST_ZEROS = 0.02;

function byteOrder(bytes: Uint8Array): 'le' | 'be' | null {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return 'le';
  if (a === 0xfe && b === 0xff) return 'be';
  // Separators, digits and line ends have a zero byte in UTF-16: behind the other byte little endian, else before it.
  const head = bytes.subarray(0, LOOKED_AT - (LOOKED_AT % 2));
  const zeros = [0, 0];
  head.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  if (bytes.length % 2 !== 0 || Math.max(even, odd) < LEAST_ZEROS * head.length || even === odd) return null;
  const order = odd > even ? 'le' : 'be';
  return looksLikeText(new TextDecoder(`utf-16${order}`).decode(head)) ? order : null;
}

/** Separators and line ends, and no control or unassigned characters: a picture read as UTF-16 is full of these. */
const looksLikeText = (text: string): boolean =>
  /[,;\t|]/.test(text) && /[\r\n]/.test(text) && !/[\p{Cn}\p{Co}\ufffd]|(?![\t\r\n])\p{Cc}/u.test(text.slice(0, -1));

/** What people take for a table and is none: by its first bytes. Null for anything that may be text. */
function kindOfFile(bytes: Uint8Array): string | null {
  const head = String.fromCharCode(...bytes.subarray(0, 512));
  if (head.startsWith('PK\x03\x04')) return 'a workbook (Excel, LibreOffice) or a zip archive';
  if (head.startsWith('\xd0\xcf\x11\xe0')) return 'an old Excel workbook';
  const text = head.replace(/^\xef\xbb\xbf/, '').trimStart();
  if (/^(<!doctype html|<html|<table|<\?xml|<meta)/i.test(text)) return 'a web page or XML';
  if (/^[[{]\s*["{[]/.test(text)) return 'JSON';
  return text.startsWith('{\\rtf') ? 'a text document (RTF)' : null;
}
