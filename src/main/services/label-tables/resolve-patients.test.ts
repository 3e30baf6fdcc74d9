import { describe, expect, it } from 'vitest';
import { isRounded, looseIdentifier } from '#shared/identity/identifier';
import type { TableAnswers } from '#shared/models/label-table';
import type { PatientRef } from '../../store/identity';
import { resolvePatients } from './resolve-patients';

const ref = (id: string, origin: PatientRef['origin'] = 'dicom'): PatientRef => ({
  key: id,
  loose: looseIdentifier(id),
  origin,
});

/** `pairs`: [the file's id, the claimed id]; `known`: patients of the project. Returns the resulting patient ids. */
function resolve(
  pairs: readonly (readonly [string | null, string | null])[],
  known: PatientRef[] = [],
  answers: TableAnswers = {},
) {
  const result = resolvePatients(
    pairs.map(([own, claimed]) => ({
      present: own === null ? null : ref(own),
      ownNames: own === null ? [] : [looseIdentifier(own)],
      claimed: claimed === null ? null : { ...ref(claimed, 'table'), rounded: isRounded(claimed) },
      patientAbove: false,
    })),
    {
      exact: (key) => known.find((one) => one.key === key) ?? null,
      loose: (loose) => known.filter((one) => one.loose === loose),
    },
    answers,
  );
  return {
    ...result,
    ids: result.patients.map((one) => one?.key ?? null),
    asks: result.questions.map(({ name }) => name),
  };
}

describe('resolvePatients', () => {
  it('keeps people apart whose ids differ only in spelling, if the files do', () => {
    const { ids, asks, changes } = resolve([
      ['007', '7'],
      ['7', '7'],
      ['007', '007'],
      [null, '7'],
    ]);
    expect(ids).toEqual(['007', '7', '007', '7']);
    expect(asks).toEqual([]);
    expect(changes).toMatchObject({ before: 2, after: 2, split: 0, merged: 0 });
  });

  it('includes all images of a patient if the table covers some', () => {
    expect(
      resolve([
        ['P', 'A'],
        ['P', null],
        ['Q', 'B'],
        [null, 'A'],
      ]).ids,
    ).toEqual(['P', 'P', 'Q', 'P']);
    // P and Q become one, including the image of P that is missing from the table.
    const pairs = [
      ['P', 'A'],
      ['P', null],
      ['Q', 'A'],
    ] as const;
    expect(resolve(pairs)).toMatchObject({
      ids: ['P', 'P', 'Q'],
      asks: ['patients'],
      changes: { merged: 1, split: 0 },
    });
    expect(resolve(pairs, [], { patients: 'table' }).ids).toEqual(['A', 'A', 'A']);
    expect(resolve(pairs, [], { patients: 'files' }).ids).toEqual(['P', 'P', 'Q']);
  });

  it('counts a patient as split if some rows give its own id and others another', () => {
    expect(
      resolve([
        ['P', 'P'],
        ['P', 'X'],
      ]),
    ).toMatchObject({ asks: ['patients'], changes: { split: 1, merged: 0 } });
  });

  it('joins unnamed images to the patient whom the project knows by that name', () => {
    const anna = ref('0012', 'dicom');
    expect(
      resolve(
        [
          [null, '12'],
          [null, '12.0'],
          [null, '13'],
        ],
        [anna],
      ).ids,
    ).toEqual(['0012', '0012', '13']);
    // It is unknown which of two is meant.
    expect(resolve([[null, '12']], [anna, ref('012')]).ids).toEqual(['12']);
  });

  it('asks before a file’s patient becomes another one of the project', () => {
    expect(resolve([['P', 'K']], [ref('K', 'dicom')])).toMatchObject({ ids: ['P'], asks: ['patients'] });
    // A name known only from tables is a name of this patient.
    expect(resolve([['P', 'K']], [ref('K', 'table')])).toMatchObject({ ids: ['K'], asks: [] });
  });

  it('ignores an id that lost digits if the file has one', () => {
    const lost = resolve([
      ['1234567', '1.23E+06'],
      ['1239999', '1.23E+06'],
      [null, '1.23E+06'],
    ]);
    expect(lost).toMatchObject({ ids: ['1234567', '1239999', null], asks: ['rounded-ids'], aliases: [] });
    expect(resolve([[null, '1.23E+06']], [], { 'rounded-ids': 'take' }).ids).toEqual(['1.23E+06']);
  });

  it('recognises a patient by another name in any spelling', () => {
    const anna = ref('P1');
    const pairs = [
      ['P1', 'Anna'],
      ['P1', 'anna'],
      ['P1', 'P1'],
    ] as const;
    const claims = pairs.map(([own, claimed]) => ({
      present: ref(own),
      ownNames: [],
      claimed: { ...ref(claimed, 'table'), rounded: false },
      patientAbove: false,
    }));
    const book = {
      exact: (key: string) => (key === 'Anna' ? anna : null),
      loose: (loose: string) => (loose === 'anna' ? [anna] : []),
    };
    expect(resolvePatients(claims, book, {})).toMatchObject({ questions: [], changes: { split: 0, after: 1 } });
  });
});
