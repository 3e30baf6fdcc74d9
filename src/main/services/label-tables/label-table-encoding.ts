import { tableInvalid } from './label-table-errors';

export interface DecodedText {
  readonly text: string;
  /** "UTF-8", "UTF-16 LE", "UTF-16 BE" or "Windows-1252". */
  readonly encoding: string;
  readonly warning: string | null;
}

/**
 * Decodes text by its byte order mark; else as UTF-16 if it has zero bytes, which no other text has; else as UTF-8;
 * else as Windows-1252. Throws `labels_invalid` if it is not text.
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

/** Decodes as UTF-8 if there is a byte order mark; else as Windows-1252, in which every byte is valid. */
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

/** Bytes 0x80 to 0x9f, in which Windows-1252 differs from Latin 1 (WHATWG Encoding, index windows-1252). */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** Needed because Node's own decoder reads Windows-1252 as Latin 1 (Node 20). */
const decodeWindows1252 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('latin1')
    .replace(/[\u0080-\u009f]/g, (letter) => WINDOWS_1252[letter.charCodeAt(0) - 0x80] ?? letter);

const SNIFFED_BYTES = 4096;
/** Share of zero bytes in UTF-16: even a table in Chinese has separators, digits and line ends. */
const MIN_ZERO_SHARE = 0.02;

function byteOrder(bytes: Uint8Array): 'le' | 'be' | null {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return 'le';
  if (a === 0xfe && b === 0xff) return 'be';
  // Separators, digits and line ends have a zero byte in UTF-16: the second one in little endian, the first in big.
  const head = bytes.subarray(0, SNIFFED_BYTES - (SNIFFED_BYTES % 2));
  const zeros = [0, 0];
  head.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  if (bytes.length % 2 !== 0 || Math.max(even, odd) < MIN_ZERO_SHARE * head.length || even === odd) return null;
  const order = odd > even ? 'le' : 'be';
  return looksLikeText(new TextDecoder(`utf-16${order}`).decode(head)) ? order : null;
}

/**
 * Requires separators and line ends, and no control or unassigned characters, of which an image read as UTF-16 is full.
 */
const looksLikeText = (text: string): boolean =>
  /[,;\t|]/.test(text) && /[\r\n]/.test(text) && !/[\p{Cn}\p{Co}\ufffd]|(?![\t\r\n])\p{Cc}/u.test(text.slice(0, -1));

/** Names formats that are often mistaken for text tables, by their first bytes; null for anything that may be text. */
function kindOfFile(bytes: Uint8Array): string | null {
  const head = String.fromCharCode(...bytes.subarray(0, 512));
  if (head.startsWith('PK\x03\x04')) return 'a workbook (Excel, LibreOffice) or a zip archive';
  if (head.startsWith('\xd0\xcf\x11\xe0')) return 'an old Excel workbook';
  const text = head.replace(/^\xef\xbb\xbf/, '').trimStart();
  if (/^(<!doctype html|<html|<table|<\?xml|<meta)/i.test(text)) return 'a web page or XML';
  if (/^[[{]\s*["{[]/.test(text)) return 'JSON';
  return text.startsWith('{\\rtf') ? 'a text document (RTF)' : null;
}
