import { describe, expect, it } from 'vitest';
import { findSimilarNames, mergedNames, nameKey, spellingsText } from './similar-names';

describe('names that may mean one class', () => {
  it.each([
    ['benign', 'Benign', 'BENIGN'],
    ['pre malignant', 'pre-malignant', 'pre_malignant', 'premalignant', 'pre\u2013malignant', 'pre\u00a0malignant'],
    ['benign', 'benign ', ' benign', 'be\u200bnign', 'be\u00adnign', '\ufeffbenign', 'benign\ufe0f'],
    // Composed and decomposed; a ligature; full width: Unicode NFC, NFD and NFKC of unicodedata.
    ['nódulo', 'no\u0301dulo', 'Nódulo'],
    ['fibrosis', 'ﬁbrosis', 'ｆｉｂｒｏｓｉｓ'],
    ['Strauß', 'STRAUSS'],
    // “benign” and “malignant” in Turkish, by its own rules of case.
    ['İyi huylu', 'iyi huylu'],
    ['KÖTÜ HUYLU ADIM', 'kötü huylu adım'],
    ['0', '0.0', '00', '0,0', '-0', '0e0', '+0'],
    ['1.5', '1,50', '01.5'],
    ['BI-RADS 4a', 'BIRADS 4A', 'bi_rads_4a'],
  ])('%s, %s and so on', (...names) => {
    expect(new Set(names.map(nameKey)).size).toBe(1);
  });

  it.each([
    ['1', '-1'],
    ['1', '10'],
    ['1.5', '15'],
    ['ER+', 'ER'],
    ['nódulo', 'nodulo'],
    ['grade 1', 'grade 2'],
    ['-', '_'],
    ['良性', '恶性'],
    ['constructor', '__proto__'],
  ])('not %s and %s', (a, b) => {
    expect(nameKey(a)).not.toBe(nameKey(b));
  });
});

describe('groups', () => {
  it('name the project’s spelling first, then the most frequent', () => {
    const found = new Map([
      ['Benign', 12],
      ['benign', 3],
      ['malignant', 5],
      ['0', 1],
      ['0.0', 4],
    ]);
    expect(findSimilarNames(found, [])).toEqual([
      {
        name: 'Benign',
        spellings: [
          { name: 'Benign', times: 12, present: false },
          { name: 'benign', times: 3, present: false },
        ],
      },
      {
        name: '0.0',
        spellings: [
          { name: '0.0', times: 4, present: false },
          { name: '0', times: 1, present: false },
        ],
      },
    ]);
    expect(findSimilarNames(new Map([['BENIGN', 9]]), ['benign'])[0]?.name).toBe('benign');
    expect([...mergedNames(findSimilarNames(found, []))]).toContainEqual(['benign', 'Benign']);
  });

  it('name the plainest of spellings that occur equally often', () => {
    const found = new Map(['-0', '00', '0', '0.0', '+1', '01', '1'].map((name) => [name, 2] as const));
    expect(findSimilarNames(found, []).map(({ name }) => name)).toEqual(['0', '1']);
  });

  it('do not form for distinct names, or names that the project keeps apart', () => {
    expect(
      findSimilarNames(
        new Map([
          ['benign', 1],
          ['malignant', 2],
        ]),
        ['benign', 'cyst'],
      ),
    ).toEqual([]);
    expect(findSimilarNames(new Map([['Benign', 1]]), ['benign', 'Benign'])).toEqual([]);
  });

  it('show invisible characters', () => {
    const [group] = findSimilarNames(new Map([['be\u200bnign', 2]]), ['benign']);
    expect(group && spellingsText(group)).toBe('“benign” (in the project), “be[U+200B]nign” (2)');
  });
});
