import type { DataSet, Element } from 'dicom-parser';
import { MAX_EXPORTED_AGE } from '#shared/models/deidentified-export';
import type { CharacterSet } from '../../character-set';
import { type Dictionary, formatTag } from '../../dictionary';
import { readCharacterSet } from '../../text';
import { dateForms } from './date-forms';
import { fold, squeeze, wordsOf } from './fold';
import { NON_NAMES } from './non-names';
import { isWholeTerm, wholeTermsOfId, wholeTermsOfName } from './whole-values';

/** Terms that identify a file's patient, prepared for searching other texts. */
export interface IdentityTerms {
  /** Parts of names: match a whole word, and from 5 letters anywhere. */
  readonly words: ReadonlySet<string>;
  /** Family and given name joined in either order, and each alone; alphanumeric ids. Match anywhere. */
  readonly anywhere: ReadonlySet<string>;
  /** Short alphanumeric ids, and numbers with leading zeros: match a whole alphanumeric token. */
  readonly short: ReadonlySet<string>;
  /** Numeric ids: match a whole number, ignoring leading zeros. */
  readonly numbers: ReadonlySet<string>;
  /** Names and ids of any length: match a whole value. */
  readonly whole: ReadonlySet<string>;
  readonly uids: ReadonlySet<string>;
  /** Days in their usual forms, and ages that few people reach. */
  readonly dates: readonly RegExp[];
}

/** Ids of the person, the visit, the order and the trial (PS3.3: C.2, C.3, C.7.1, C.7.2), and the UIDs. */
const IDS = new Set(
  `00080050 00100020 00101000 00101050 00101090 00120040 00120042 00200010 00321001 00380010 00380060 00400009 00401001
  00401006 00401007 00402006 00402007 00402016 00402017`
    .split(/\s+/)
    .map((tag) => `x${tag}`),
);
const UIDS = new Set(['x00080018', 'x0020000d', 'x0020000e', 'x00200052', 'x00081155', 'x00020003']);

const PATIENT_AGE = 'x00101010';

const MAX_DEPTH = 64;
/** A file with more terms does not describe a person. */
const MAX_TERMS = 4000;

/** All texts of an element, decoded with its character set, and also as UTF-8 if valid. */
function textsOf(dataSet: DataSet, element: Element, characterSet: CharacterSet): string[] {
  const bytes = dataSet.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
  const decoded = [characterSet.decode(bytes).text];
  if (bytes.some((byte) => byte > 127)) {
    try {
      decoded.push(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    } catch {
      // Not UTF-8.
    }
  }
  return decoded.flatMap((text) => text.split('\\')).map((text) => text.replaceAll('\0', ' ').trim());
}

/** Collects the names, numbers and dates of a data set and its sequences, regardless of how they are treated. */
export function identityTerms(dataSet: DataSet, dictionary: Dictionary): IdentityTerms {
  const terms = {
    words: new Set<string>(),
    anywhere: new Set<string>(),
    short: new Set<string>(),
    numbers: new Set<string>(),
    whole: new Set<string>(),
    uids: new Set<string>(),
  };
  const days = new Map<string, boolean>();
  const ages = new Set<number>();

  const addName = (text: string): void => {
    for (const term of wholeTermsOfName(text)) terms.whole.add(term);
    // Up to three representations, each of up to five components (PS3.5, 6.2, PN).
    for (const group of fold(text).split('=')) {
      const components = group
        .split('^')
        .map((component) => wordsOf(component).filter((word) => !NON_NAMES.has(word)))
        .filter((words) => words.length > 0);
      for (const word of components.flat()) if (word.length >= 3 || isIdeographic(word)) terms.words.add(word);
      // A name without components has its family name first or last.
      const [family = [], given = []] =
        components.length === 1 ? [components[0]?.slice(0, 1), components[0]?.slice(1)] : components;
      const joined = (words: readonly string[]) => (words.length > 1 ? [words.join(''), ...words] : words);
      const together = joined(family).flatMap((one) => joined(given).flatMap((other) => [one + other, other + one]));
      // Each component joined including particles: "van der Berg" becomes "vanderberg".
      const whole = group.split('^').map(squeeze);
      for (const term of [...together, ...whole])
        if (term.length >= 5 && !NON_NAMES.has(term)) terms.anywhere.add(term);
    }
  };
  const addNumber = (digits: string): void => {
    const number = withoutZeros(digits);
    if (number.length >= 5) terms.numbers.add(number);
    else if (digits.length >= 5) terms.short.add(digits);
  };
  const addId = (tag: string, text: string): void => {
    for (const term of wholeTermsOfId(tag, text)) terms.whole.add(term);
    const id = squeeze(fold(text));
    if (/^\d*$/.test(id)) addNumber(id);
    else if (/\d/.test(id)) {
      if (id.length >= 5) terms.anywhere.add(id);
      else if (id.length >= 3) terms.short.add(id);
      for (const run of id.match(/\d{5,}/g) ?? []) addNumber(run);
    } else for (const word of wordsOf(fold(text))) if (word.length >= 3 && !NON_NAMES.has(word)) terms.words.add(word);
  };
  const addAge = (text: string): void => {
    const years = /^(\d{2,3})Y$/.exec(text)?.[1];
    if (years !== undefined && Number(years) > MAX_EXPORTED_AGE) ages.add(Number(years));
  };
  const addDate = (text: string, birth: boolean): void => {
    const match = /^(\d{4})[.-]?(\d{2})[.-]?(\d{2})/.exec(text);
    if (match === null || match[0] === '19000101') return;
    const day = `${match[1]}-${match[2]}-${match[3]}`;
    days.set(day, birth || days.get(day) === true);
    // Also in binary numbers, where a date has no other form.
    if (birth)
      for (const digits of [
        [1, 2, 3],
        [3, 2, 1],
      ])
        addNumber(digits.map((part) => match[part]).join(''));
  };

  const visit = (scope: DataSet, depth: number, outer?: CharacterSet): void => {
    if (depth > MAX_DEPTH) return;
    const characterSet = readCharacterSet(scope, outer);
    for (const [tag, element] of Object.entries(scope.elements)) {
      for (const { dataSet: inner } of element.items ?? []) {
        if (inner !== undefined) visit(inner, depth + 1, characterSet);
      }
      if (element.items !== undefined || element.length === 0 || element.length > 4096) continue;
      const vr = dictionary[formatTag(tag)]?.vr ?? element.vr;
      const [isName, isDate] = [vr === 'PN' || element.vr === 'PN', vr === 'DA' || vr === 'DT'];
      if (!isName && !isDate && !IDS.has(tag) && !UIDS.has(tag) && tag !== PATIENT_AGE) continue;
      if (element.dataOffset + element.length > scope.byteArray.length) continue;
      for (const text of textsOf(scope, element, characterSet)) {
        if (isName) addName(text);
        else if (isDate) addDate(text, tag === 'x00100030');
        else if (IDS.has(tag)) addId(tag, text);
        else if (tag === PATIENT_AGE) addAge(text);
        else if (text.length >= 12) terms.uids.add(text);
      }
      if (terms.words.size + terms.anywhere.size + days.size > MAX_TERMS) return;
    }
  };
  visit(dataSet, 0);
  const dates = [...days].flatMap(([day, birth]) => {
    const [year, month, date] = day.split('-').map(Number) as [number, number, number];
    const isDay = year >= 1800 && month >= 1 && month <= 12 && date >= 1 && date <= 31;
    return isDay ? [dateForms(year, month, date, birth)] : [];
  });
  const years = [...ages].map((age) => new RegExp(`(?<!\\d)0?${age}[^\\p{L}\\p{N}]{0,2}y`, 'u'));
  return { ...terms, dates: [...dates, ...years] };
}

const withoutZeros = (digits: string): string => digits.replace(/^0+(?=\d)/, '');

const isIdeographic = (word: string): boolean =>
  word.length >= 2 && /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+$/u.test(word);

const isDistinctive = (word: string): boolean => word.length >= 5 || isIdeographic(word);

/**
 * Whether a text contains one of the terms:
 * - a part of a name as a word (three letters or more), or anywhere (five or more);
 * - the whole name joined, in either order;
 * - an alphanumeric id (five characters anywhere, three as a word);
 * - an id of five digits or more as a whole number (leading zeros are ignored, but 00017 is matched literally);
 * - a date in its usual forms;
 * - a UID.
 * Shorter names and ids are not searched for: every file contains two letters or a "1". See `isIdentity`.
 */
export function holdsIdentity(text: string, terms: IdentityTerms): boolean {
  if ([...terms.uids].some((uid) => text.includes(uid))) return true;
  const folded = fold(text);
  if (wordsOf(folded).some((word) => terms.words.has(word))) return true;
  const squeezed = squeeze(folded);
  if ([...terms.words].some((word) => isDistinctive(word) && squeezed.includes(word))) return true;
  if ([...terms.anywhere].some((term) => squeezed.includes(term))) return true;
  if (terms.short.size > 0) {
    const tokens = folded.match(/[\p{L}\p{N}]+/gu) ?? [];
    if (tokens.some((token) => terms.short.has(token)) || terms.short.has(squeezed)) return true;
  }
  if (terms.numbers.size > 0) {
    const runs = folded.match(/\d+/g) ?? [];
    // Also numbers written in groups.
    const groups = (folded.match(/\d+(?:[^\p{L}\p{N}]\d+)+/gu) ?? []).map(squeeze);
    if ([...runs, ...groups].some((run) => terms.numbers.has(withoutZeros(run)))) return true;
  }
  return terms.dates.some((date) => date.test(folded));
}

/** Whether a text as a whole is a name or id of the file, however short. */
export const isIdentity = (text: string, terms: IdentityTerms): boolean => isWholeTerm(text, terms.whole);

/**
 * As `holdsIdentity` for a numeric string (DS, IS): eight digits or more that match an id or a day; shorter ones are
 * measurements.
 */
export function numberIsIdentity(text: string, terms: IdentityTerms): boolean {
  const runs = (text.match(/\d{8,}/g) ?? []).map(withoutZeros);
  return runs.some((run) => terms.numbers.has(run) || terms.dates.some((date) => date.test(run)));
}

/**
 * As `holdsIdentity` for binary values, read with one or two bytes per character: only terms too long to match by
 * chance.
 */
export function bytesHoldIdentity(bytes: Buffer, terms: IdentityTerms): boolean {
  const long = [...terms.words, ...terms.anywhere, ...terms.numbers].filter(({ length }) => length >= 5);
  const needles = [...long, ...terms.uids];
  if (needles.length === 0 || bytes.length < 5) return false;
  const shifted = bytes.subarray(1);
  const swapped = (of: Buffer) => Buffer.from(of.subarray(0, of.length & ~1)).swap16();
  const readings = [
    bytes.toString('latin1'),
    bytes.toString('utf8'),
    ...[bytes, shifted].flatMap((one) => [one.toString('utf16le'), swapped(one).toString('utf16le')]),
  ];
  return readings.some((reading) => {
    const folded = fold(reading);
    return needles.some((needle) => folded.includes(needle));
  });
}
