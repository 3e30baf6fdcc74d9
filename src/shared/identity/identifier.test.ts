import { describe, expect, it } from 'vitest';
import { isRounded, looseIdentifier, readIdentifier } from './identifier';

describe('readIdentifier', () => {
  // The words that pandas 3.1 reads as missing (pandas._libs.parsers.STR_NA_VALUES), those of Excel in English,
  // German, French and Spanish, and what people write.
  it.each([
    ...['', ' ', '#N/A', '#N/A N/A', '#NA', '-1.#IND', '-1.#QNAN', '-NaN', '-nan', '1.#IND', '1.#QNAN', '<NA>'],
    ...['N/A', 'NA', 'NULL', 'NaN', 'None', 'n/a', 'nan', 'null'],
    ...['#REF!', '#VALUE!', '#NAME?', '#DIV/0!', '#NUM!', '#NULL!', '#SPILL!', '#WERT!', '#BEZUG!', '#NV', '#ZAHL!'],
    ...['#VALEUR!', '#NOM?', '#¡VALOR!', '#¿NOMBRE?', '#GETTING_DATA'],
    ...['-', '--', '–', '—', '?', '???', '.', '…', '*', 'n.a.', 'N. A.', 'unknown', 'UNKNOWN', 'keine', 'Keine Angabe'],
    ...['leer', '(leer)', '(blank)', 'ohne', 'ohne Patienten-ID', 'k. A.', 'unbekannt', 'sans', 'inconnu', 'not known'],
    ...['\u00a0', '\u200b', '\u00a0N/A\u00a0', '\uff2e\uff0f\uff21'],
  ])('treats “%s” as missing', (cell) => expect(readIdentifier(cell)).toBeNull());

  it.each([
    ['0', '0'],
    ['007', '007'],
    ['#12', '#12'],
    ['#A7', '#A7'],
    ['NA12', 'NA12'],
    ['nan-3', 'nan-3'],
    ['Nadia', 'Nadia'],
    ['Kein, Anna 1', 'Kein, Anna 1'],
    ['\u00a0P\u00a07 ', 'P 7'],
    ['\uff10\uff10\uff17', '007'],
    ['P\u20117', 'P-7'],
  ])('treats “%s” as an identifier', (cell, read) => expect(readIdentifier(cell)).toBe(read));
});

describe('looseIdentifier', () => {
  it.each([
    ['0012345', '12345'],
    ['12345.0', '12345'],
    ['12345,00', '12345'],
    ['12 345', '12345'],
    ['12\u00a0345', '12345'],
    ['12\u202f345', '12345'],
    ['\uff11\uff12\uff13\uff14\uff15', '12345'],
    ['\u200b12345', '12345'],
    ["'0012345", '12345'],
    ['1.2345E+04', '12345'],
    ['1,2345e+04', '12345'],
    ['1.23450E+04', '12345'],
    ['000', '0'],
    ['AB12', 'ab12'],
    ['p 7', 'P7'],
  ])('equates “%s” and “%s”', (one, other) => expect(looseIdentifier(one)).toBe(looseIdentifier(other)));

  it.each([
    ['1.23E+06', '1230000'],
    ['12E3', '12000'],
    ['P007', 'P7'],
    ['1.5', '15'],
    ['7-0', '7'],
    ['1.2.840', '12840'],
    ['10', '1'],
  ])('distinguishes “%s” and “%s”', (one, other) => expect(looseIdentifier(one)).not.toBe(looseIdentifier(other)));
});

it('recognises a number that lost digits', () => {
  expect(['1.23E+06', '1,23e+06', '1E+05', '1.234567E+09'].map(isRounded)).toEqual([true, true, true, true]);
  expect(['1.234567E+06', '12E3', '1230000', 'E+06', '7', 'abc'].map(isRounded)).toEqual(Array(6).fill(false));
});
