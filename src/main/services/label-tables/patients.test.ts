import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '#shared/imaging/random';
import { importOptionsSchema } from '#shared/models/dataset';
import type { ColumnMapping, TableAnswers } from '#shared/models/label-table';
import type { DecodePool } from '../../decode-host/client';
import { decodeJobs } from '../../decode-host/jobs';
import { dicomFile, imageModule, type TestElement } from '../../ingest/test-support/dicom-bytes';
import { sharedData } from '../../ingest/test-support/shared-data';
import { splitCandidates } from '../../store/splits';
import { imageFacts } from '../../store/table-facts';
import { createDataset } from '../dataset/dataset';
import { createImports, type Imports } from '../imports/imports';
import { createLabels, type Labels } from '../labels/labels';
import { findPatientDoubts } from '../patients/patient-doubts';
import type { OpenProject, Projects } from '../project/projects';
import { createSplits, type Splits } from '../splits/splits';
import { inThisThread } from '../test-support/in-this-thread';
import { openTestProject, type TestProject } from '../test-support/project';
import { quietJob } from '../test-support/quiet-job';
import { createLabelTables, type LabelTables } from './label-tables';

const pool: DecodePool = { ...decodeJobs, dispose: async () => {} };

let opened: TestProject;
let root: string;
let projects: Projects;
let project: OpenProject;
let imports: Imports;
let splits: Splits;
let tables: LabelTables;
let labels: Labels;

beforeEach(async () => {
  opened = await openTestProject();
  ({ root, projects, project } = opened);
  const { events } = opened;
  splits = createSplits();
  imports = createImports({ events, pool, splits, background: inThisThread(() => project) });
  tables = createLabelTables();
  labels = createLabels();
});
afterEach(() => {
  opened.close();
});

const [ROWS, COLUMNS] = [24, 32];
let drawn = 0;
/** Noise: no two pictures look alike. */
function noise(): Buffer {
  const random = createRandom(23, ++drawn);
  return Buffer.from(Array.from({ length: ROWS * COLUMNS }, () => random.integer(256)));
}

interface Told {
  readonly patient?: string;
  readonly accession?: string;
  readonly study?: string;
  readonly series?: string;
  readonly instance?: string;
  readonly date?: string;
  readonly birth?: string;
  readonly sex?: string;
  readonly institution?: string;
}

function write(path: string, bytes: Uint8Array): void {
  const file = join(root, 'images', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}

function dicom(path: string, told: Told): void {
  const elements: TestElement[] = [
    ['00080018', 'UI', told.instance ?? `1.2.3.${++drawn}`],
    ['00080020', 'DA', told.date ?? '20180101'],
    ['00080050', 'SH', told.accession ?? ''],
    ['00080060', 'CS', 'US'],
    ['00080080', 'LO', told.institution ?? ''],
    ['00100020', 'LO', told.patient ?? ''],
    ['00100030', 'DA', told.birth ?? ''],
    ['00100040', 'CS', told.sex ?? ''],
    ['0020000d', 'UI', told.study ?? `1.2.4.${++drawn}`],
    ['0020000e', 'UI', told.series ?? `1.2.5.${++drawn}`],
    ...imageModule({ rows: ROWS, columns: COLUMNS }),
    ['7fe00010', 'OW', noise()],
  ];
  write(path, dicomFile(elements));
}

async function png(path: string): Promise<void> {
  const picture = sharp(noise(), { raw: { width: COLUMNS, height: ROWS, channels: 1 } });
  write(path, await picture.png().toBuffer());
}

function table(...lines: readonly string[]): string {
  const file = join(root, `table-${++drawn}.csv`);
  writeFileSync(file, lines.join('\n'));
  return file;
}

async function importAll(
  file: string | null = null,
  {
    answers = {},
    columns = {},
    ...more
  }: { answers?: TableAnswers; columns?: ColumnMapping; groupPattern?: string } = {},
  folder = join(root, 'images'),
) {
  const plan = await imports.scan(project, [folder]);
  const handle = quietJob();
  return imports.run(project, plan.id, importOptionsSchema.parse({ answers, columns, ...more }), file, handle);
}

async function previewImport(file: string, answers: TableAnswers = {}, columns: ColumnMapping = {}) {
  const plan = await imports.scan(project, [join(root, 'images')]);
  const words = { mapping: columns, answers, groupPattern: null, classNames: 'ask' } as const;
  return imports.previewTable(project, plan.id, file, words);
}

const facts = () => imageFacts(project.store);
const patientOf = (path: string) => facts().find((one) => one.path === path)?.patient ?? null;
const patients = () => new Set(facts().flatMap(({ patient }) => patient ?? [])).size;
const labelOf = (path: string): string | null => {
  const id = facts().find((one) => one.path === path)?.label ?? null;
  return id === null ? null : (project.store.column<string>('SELECT name FROM classes WHERE id = ?', id)[0] ?? null);
};

const busi = sharedData('busi-dicom');

describe('a spreadsheet that lost leading zeros', () => {
  /**
   * Thirty patients with two images each, from real DICOM files whose seven-letter PatientID (“SYN0257”) is overwritten
   * with “00000NN”; deflated files, whose bytes do not contain the id, are skipped.
   */
  function thirtyPatients(): { path: string; id: string }[] {
    const sources = readdirSync(busi.path, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.dcm'))
      .sort()
      .map((name) => ({ name: name.replaceAll('\\', '/'), bytes: readFileSync(join(busi.path, name)) }))
      .filter(({ bytes }) => /SYN\d{4}/.test(bytes.toString('latin1')))
      .slice(0, 60);
    return sources.map(({ name, bytes }, index) => {
      const id = String((index % 30) + 1).padStart(7, '0');
      bytes.write(id, bytes.toString('latin1').search(/SYN\d{4}/), 'latin1');
      write(name, bytes);
      return { path: name, id };
    });
  }
  /** As saved by a spreadsheet that read the first half as numbers. */
  const lines = (files: readonly { path: string; id: string }[]) => [
    'path,label,patient',
    ...files.map(({ path, id }, index) => `${path},${path.split('/')[0]},${index < 30 ? Number(id) : id}`),
  ];

  it.skipIf(busi.missing)(`does not turn thirty patients into sixty${busi.why}`, async () => {
    const files = thirtyPatients();
    // pandas 3.1: read_csv(f, dtype=str).patient.nunique() is 60; of the files' own ids it is 30.
    expect(
      new Set(
        lines(files)
          .slice(1)
          .map((line) => line.split(',')[2]),
      ).size,
    ).toBe(60);
    expect(new Set(files.map(({ id }) => id)).size).toBe(30);
    const file = table(...lines(files));
    const preview = await previewImport(file);
    expect(preview).toMatchObject({
      patients: 30,
      questions: [],
      patientChanges: { before: 30, after: 30, unknown: 0, split: 0, merged: 0, idsWrittenOtherwise: 30 },
    });
    expect(preview.problems.join(' ')).toContain(
      '30 patient ids in the table are written differently than in the file',
    );
    expect(await importAll(file)).toMatchObject({ added: 60, patients: 30, withoutPatient: 0 });
    expect(patients()).toBe(30);
    const split = splits.split(project, { keepDuplicatesTogether: false });
    expect(split).toMatchObject({ patientsAcrossSplits: 0, groupsAcrossSplits: 0 });
    const parts = new Map<number | null, Set<string | null>>();
    for (const { patient, split } of splitCandidates(project.store)) {
      parts.set(patient, (parts.get(patient) ?? new Set()).add(split));
    }
    expect([...parts.values()].filter((of) => of.size > 1)).toEqual([]);
  });

  it.skipIf(busi.missing)(`changes no patient of imported images${busi.why}`, async () => {
    const files = thirtyPatients();
    await importAll();
    const before = facts().map(({ path, patient }) => [path, patient]);
    const file = table(...lines(files));
    const preview = await tables.preview(project, null, file, {});
    expect(preview.patientChanges).toMatchObject({
      before: 30,
      after: 30,
      split: 0,
      merged: 0,
      idsWrittenOtherwise: 30,
    });
    await tables.apply(project, file, {}, 'mine');
    expect(facts().map(({ path, patient }) => [path, patient])).toEqual(before);
  });
});

describe('ids of a table', () => {
  it.each([
    ['000123', '123'],
    ['000123', '123.0'],
    ['000123', ' 123\u00a0'],
    ['000123', '\uff11\uff12\uff13'],
    ['1234567', '1.234567E+06'],
    ['1234567', '1.23E+06'],
    ['00AB7F', '00ab7f'],
    ['000123', '#N/A'],
    ['000123', 'keine Angabe'],
    ['000123', ''],
  ])('that repeat the file’s own (%s), lost digits or are empty (%s) change nothing', async (own, told) => {
    dicom('a.dcm', { patient: own });
    dicom('b.dcm', { patient: own });
    dicom('c.dcm', { patient: '9' });
    const file = table('path,label,patient', `a.dcm,x,${told}`, `b.dcm,x,${own}`, 'c.dcm,y,9');
    expect(await previewImport(file)).toMatchObject({ questions: [], patientChanges: { before: 2, after: 2 } });
    expect(await importAll(file)).toMatchObject({ patients: 2, withoutPatient: 0 });
    expect(patientOf('a.dcm')).toBe(patientOf('b.dcm'));
  });

  it('that rename the same people have no effect, and are known afterwards', async () => {
    for (const [index, patient] of ['P1', 'P1', 'P2', 'P3'].entries()) dicom(`${index}.dcm`, { patient });
    await png('photo.png');
    const file = table('path,patient', '0.dcm,Anna', '2.dcm,Berta', '3.dcm,Clara', 'photo.png,anna ');
    expect(await previewImport(file)).toMatchObject({
      questions: [],
      patientChanges: { before: 3, after: 3, unknown: 0, split: 0, merged: 0 },
    });
    expect(await importAll(file)).toMatchObject({ added: 5, patients: 3, withoutPatient: 0 });
    expect(patientOf('photo.png')).toBe(patientOf('0.dcm'));
    expect(patientOf('1.dcm')).toBe(patientOf('0.dcm'));
    // Later, both names are the same person.
    await png('later.png');
    dicom('later.dcm', { patient: 'P2' });
    await importAll(table('path,patient', 'later.png,BERTA'));
    expect(patientOf('later.png')).toBe(patientOf('2.dcm'));
    expect(patientOf('later.dcm')).toBe(patientOf('2.dcm'));
  });

  it('that split or merge patients need a confirmation', async () => {
    for (const [index, patient] of ['P1', 'P1', 'P2', 'P3', 'P4'].entries()) dicom(`${index}.dcm`, { patient });
    const file = table('path,patient', '0.dcm,A', '1.dcm,B', '2.dcm,C', '3.dcm,C', '4.dcm,D');
    const preview = await previewImport(file);
    expect(preview).toMatchObject({ patientChanges: { before: 4, after: 4, split: 1, merged: 1 } });
    expect(preview.questions).toMatchObject([{ name: 'patients', answers: [{ value: 'files' }, { value: 'table' }] }]);
    await expect(importAll(file)).rejects.toMatchObject({
      code: 'question_open',
      hint: expect.stringContaining('--answer patients=table'),
    });
    expect(facts()).toEqual([]);
    // By hand: A, B, C, D.
    expect((await previewImport(file, { patients: 'table' })).patientChanges).toMatchObject({ before: 4, after: 4 });
    expect(await importAll(file, { answers: { patients: 'files' } })).toMatchObject({ patients: 4 });
    expect(patientOf('0.dcm')).toBe(patientOf('1.dcm'));
    expect(patientOf('2.dcm')).not.toBe(patientOf('3.dcm'));
    // The same table, applied to the imported images.
    await expect(tables.apply(project, file, {}, 'mine')).rejects.toMatchObject({ code: 'question_open' });
    const before = facts().map(({ patient }) => patient);
    await tables.apply(project, file, {}, 'mine', { patients: 'table' });
    expect(patientOf('0.dcm')).not.toBe(patientOf('1.dcm'));
    expect(patientOf('2.dcm')).toBe(patientOf('3.dcm'));
    labels.undo(project);
    expect(facts().map(({ patient }) => patient)).toEqual(before);
  });

  it('that name another patient of the files need a confirmation, whether or not a row covers that patient', async () => {
    dicom('0.dcm', { patient: 'P1' });
    dicom('1.dcm', { patient: 'P2' });
    expect(await previewImport(table('path,patient', '0.dcm,p2'))).toMatchObject({
      patientChanges: { merged: 1 },
      questions: [{ name: 'patients' }],
    });
  });

  it('that lost digits are a question if the file names nobody', async () => {
    for (let index = 0; index < 6; index++) await png(`${index}.png`);
    const file = table('path,patient', ...Array.from({ length: 6 }, (_, index) => `${index}.png,1.23E+06`));
    expect(await previewImport(file)).toMatchObject({
      patientChanges: { before: null, after: null, unknown: 6, idsRounded: 6 },
      questions: [{ name: 'rounded-ids' }],
    });
    await expect(importAll(file)).rejects.toMatchObject({ code: 'question_open' });
    expect(await importAll(file, { answers: { 'rounded-ids': 'missing' } })).toMatchObject({
      patients: null,
      withoutPatient: 6,
    });
  });

  it('that mean nobody are nobody’s', async () => {
    for (const name of 'abcdef') await png(`${name}.png`);
    const words = ['nan', 'N/A', '#N/A', '-', 'unknown', '#REF!'];
    const file = table('path,patient', ...words.map((word, index) => `${'abcdef'[index]}.png,${word}`));
    expect(await importAll(file)).toMatchObject({ patients: null, withoutPatient: 6 });
  });

  it('under a merged cell are a question', async () => {
    for (const name of 'abcd') await png(`${name}.png`);
    const file = table('path,patient', 'a.png,P1', 'b.png,', 'c.png,P2', 'd.png,');
    expect(await previewImport(file)).toMatchObject({
      patientChanges: { after: 2, unknown: 2 },
      questions: [{ name: 'empty-ids' }],
    });
    await expect(importAll(file)).rejects.toMatchObject({ code: 'question_open' });
    expect((await previewImport(file, { 'empty-ids': 'fill' })).patientChanges).toMatchObject({ after: 2, unknown: 0 });
    expect(await importAll(file, { answers: { 'empty-ids': 'fill' } })).toMatchObject({
      patients: 2,
      withoutPatient: 0,
    });
    expect(patientOf('b.png')).toBe(patientOf('a.png'));
    expect(patientOf('d.png')).toBe(patientOf('c.png'));
  });

  it('from a pattern are checked against the files like those of a table', async () => {
    dicom('x1_a.dcm', { patient: '001' });
    dicom('x2_b.dcm', { patient: '001' });
    await expect(importAll(null, { groupPattern: '(x\\d)_' })).rejects.toMatchObject({ code: 'question_open' });
    expect(await importAll(null, { groupPattern: '(x)\\d_' })).toMatchObject({ patients: 1 });
  });

  it('name a site only if they contain one', async () => {
    await png('a.png');
    await png('b.png');
    await png('c.png');
    await importAll(table('path,site', 'a.png,Bonn', 'b.png, BONN\u00a0', 'c.png,n/a'));
    const sites = ['a.png', 'b.png', 'c.png'].map((name) => facts().find(({ path }) => path === name)?.site);
    expect(sites).toEqual([sites[0], sites[0], null]);
    expect(project.store.column('SELECT lower(name) FROM origins')).toEqual(['bonn']);
  });

  it('that split a site are a question in preview, import and a later table', async () => {
    for (const name of ['a', 'b', 'c']) dicom(`${name}.dcm`, { patient: name, institution: 'Bonn' });
    const renamed = table('path,site', 'a.dcm,North', 'b.dcm,North', 'c.dcm,North');
    const several = table('path,site', 'a.dcm,S0', 'b.dcm,S1', 'c.dcm,S2');
    const sites = () => new Set(facts().map(({ site }) => site)).size;
    expect((await previewImport(renamed)).questions).toEqual([]);
    const preview = await previewImport(several);
    expect(preview.questions).toMatchObject([{ name: 'sites' }]);
    expect(preview.questions[0]?.text).toContain('3 sites in place of 1.');
    expect(preview.patientChanges).toBeNull();
    await expect(importAll(several)).rejects.toMatchObject({ code: 'question_open' });
    expect(facts()).toEqual([]);
    await importAll(several, { answers: { sites: 'files' } });
    expect([facts().length, sites()]).toEqual([3, 1]);
    expect(project.store.column('SELECT name FROM origins')).toEqual([null]);

    expect((await tables.preview(project, null, renamed, {})).questions).toEqual([]);
    expect((await tables.preview(project, null, several, {})).questions).toMatchObject([{ name: 'sites' }]);
    await expect(tables.apply(project, several, {}, 'mine')).rejects.toMatchObject({ code: 'question_open' });
    expect((await tables.apply(project, several, {}, 'mine', { sites: 'files' })).changes.sites).toBe(0);
    expect((await tables.apply(project, several, {}, 'mine', { sites: 'table' })).changes.sites).toBe(3);
    expect(sites()).toBe(3);
  });
});

describe('a row', () => {
  it('labels only its own file: siteA’s labels never reach siteB', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `img${String(index).padStart(3, '0')}.png`);
    for (const name of names) await png(`siteB/${name}`);
    const rows = names.map((name, index) => `siteA\\${name},malignant,P${index}`);
    const file = table('path,label,patient', ...rows, 'siteB/img000.png,benign,Q1');
    const result = await importAll(file, {});
    expect(labelOf('siteB/img000.png')).toBe('benign');
    expect(names.slice(1).map((name) => labelOf(`siteB/${name}`))).toEqual(Array(9).fill('siteB'));
    expect(result).toMatchObject({ patients: 1, withoutPatient: 9 });
    expect(result.warnings.join(' ')).toContain(
      '10 rows of the label table without a matching file: siteA/img000.png, siteA/img001.png',
    );
  });
});

describe('studies of a table', () => {
  const studyOf = (path: string) => facts().find((one) => one.path === path)?.study ?? null;
  const precedence = /images with a study UID in the file, which takes precedence over the study in the table/;
  /** Two studies in the files. The table splits one of them and joins an image of it with the other. */
  const contrary = () => {
    dicom('a.dcm', { patient: '1', study: '1.2.9.1' });
    dicom('b.dcm', { patient: '1', study: '1.2.9.1' });
    dicom('c.dcm', { patient: '1', study: '1.2.9.2' });
    return table('path,label,patient,study', 'a.dcm,x,1,S1', 'b.dcm,x,1,S2', 'c.dcm,y,1,S1');
  };
  const expectOwnStudies = () => {
    expect(studyOf('a.dcm')).not.toBeNull();
    expect(studyOf('b.dcm')).toBe(studyOf('a.dcm'));
    expect(studyOf('c.dcm')).not.toBe(studyOf('a.dcm'));
    expect(studyOf('c.dcm')).not.toBeNull();
  };

  it('neither split nor merge studies that the files identify, at import', async () => {
    const file = contrary();
    expect((await previewImport(file)).problems.join(' ')).toMatch(precedence);
    await importAll(file);
    expectOwnStudies();
  });

  it('neither split nor merge them afterwards', async () => {
    const file = contrary();
    await importAll();
    const before = facts().map(({ study }) => study);
    expect((await tables.preview(project, null, file, {})).problems.join(' ')).toMatch(precedence);
    await tables.apply(project, file, {}, 'mine');
    expect(facts().map(({ study }) => study)).toEqual(before);
    expectOwnStudies();
  });

  it('apply where the files identify none, however they are written, and within a patient', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await png(`${name}.png`);
    const rows = ['a.png,x,1,007', 'b.png,x,1, 7', 'c.png,y,1,8', 'd.png,y,2,007'];
    const file = table('path,label,patient,study', ...rows);
    expect((await previewImport(file)).problems.join(' ')).not.toMatch(/study UID/);
    await importAll(file);
    expect(studyOf('b.png')).toBe(studyOf('a.png'));
    expect(new Set(['a.png', 'c.png', 'd.png'].map(studyOf)).size).toBe(3);
    expect(facts().every(({ study }) => study !== null)).toBe(true);
  });
});

describe('studies of a table that lost digits', () => {
  const rows = ['a.png,x,1,1.2E+10', 'b.png,y,1,1.2E+10', 'c.png,y,1,7'];
  const said = expect.stringContaining('2 rows whose study lost digits (such as 1.23E+06): the study is ignored.');
  const isKnown = () =>
    ['a.png', 'b.png', 'c.png'].map((path) => facts().find((one) => one.path === path)?.study != null);
  beforeEach(async () => {
    for (const name of ['a', 'b', 'c']) await png(`${name}.png`);
  });

  it('merge no images at import', async () => {
    const file = table('path,label,patient,study', ...rows);
    expect((await previewImport(file)).problems).toContainEqual(said);
    expect((await importAll(file)).warnings).toContainEqual(said);
    expect(isKnown()).toEqual([false, false, true]);
  });

  it('merge none afterwards', async () => {
    await importAll();
    const file = table('path,label,patient,study', ...rows);
    expect((await tables.apply(project, file, {}, 'mine')).problems).toContainEqual(said);
    expect(isKnown()).toEqual([false, false, true]);
  });
});

describe('the sex in a table', () => {
  const sexOf = (path: string) => facts().find((one) => one.path === path)?.sex ?? null;
  const rows = ['a.dcm,x,F', 'b.dcm,x,female', 'c.dcm,x,M', 'd.png,x,w'];
  const said = (unit: string) => `1 ${unit} whose sex in the table differs from the file’s: the file’s value is kept.`;
  beforeEach(async () => {
    dicom('a.dcm', { patient: '1', sex: 'M' });
    dicom('b.dcm', { patient: '2', sex: 'F' });
    dicom('c.dcm', { patient: '3' });
    await png('d.png');
  });

  it('does not replace that of a file at import', async () => {
    expect((await importAll(table('path,label,sex', ...rows))).warnings).toContain(said('file'));
    expect(['a.dcm', 'b.dcm', 'c.dcm', 'd.png'].map(sexOf)).toEqual(['M', 'F', 'M', 'F']);
  });

  it('does not replace it afterwards, but that of another table', async () => {
    await importAll();
    const file = table('path,label,sex', ...rows);
    const preview = await tables.preview(project, null, file, {});
    expect(preview.problems).toContain(said('image'));
    expect(preview.changes).toMatchObject({ subjects: 2 });
    expect((await tables.apply(project, file, {}, 'mine')).problems).toContain(said('image'));
    expect(['a.dcm', 'b.dcm', 'c.dcm', 'd.png'].map(sexOf)).toEqual(['M', 'F', 'M', 'F']);
    await tables.apply(project, table('path,sex', 'c.dcm,F', 'd.png,M'), {}, 'mine');
    expect(['c.dcm', 'd.png'].map(sexOf)).toEqual(['F', 'M']);
  });
});

describe('tables by DICOM identity', () => {
  const told = { birth: '19610407', sex: 'F' };
  beforeEach(() => {
    dicom('a1.dcm', {
      ...told,
      patient: '0077',
      accession: '000ACC1',
      study: '1.2.9.1',
      series: '1.2.9.1.1',
      instance: '1.2.9.1.1.1',
      date: '20200403',
    });
    dicom('a2.dcm', {
      ...told,
      patient: '0077',
      accession: '000ACC1',
      study: '1.2.9.1',
      series: '1.2.9.1.2',
      instance: '1.2.9.1.2.1',
      date: '20200403',
    });
    dicom('a3.dcm', {
      ...told,
      patient: '0077',
      accession: '000123',
      study: '1.2.9.2',
      series: '1.2.9.2.1',
      instance: '1.2.9.2.1.1',
      date: '20210105',
    });
    dicom('b1.dcm', {
      patient: '0078',
      accession: '000124',
      study: '1.2.9.3',
      series: '1.2.9.3.1',
      instance: '1.2.9.3.1.1',
      date: '20200403',
    });
  });
  const labelled = () => ['a1', 'a2', 'a3', 'b1'].map((name) => labelOf(`${name}.dcm`));

  it.each<[string, string[], ColumnMapping, (string | null)[]]>([
    [
      'accession numbers, zeros lost',
      ['Accession Number,label', '000ACC1,cyst', '123,solid'],
      {},
      ['cyst', 'cyst', 'solid', null],
    ],
    ['study UIDs', ['StudyInstanceUID,label', '1.2.9.1,cyst', '1.2.9.3,solid'], {}, ['cyst', 'cyst', null, 'solid']],
    ['series UIDs', ['SeriesInstanceUID,label', '1.2.9.1.2,cyst'], {}, [null, 'cyst', null, null]],
    ['SOP Instance UIDs', ['SOP Instance UID,label', '1.2.9.2.1.1,cyst'], {}, [null, null, 'cyst', null]],
    ['patients', ['PatientID,label', '77,cyst', '0078,solid'], {}, ['cyst', 'cyst', 'cyst', 'solid']],
    [
      'patients and days',
      ['PatientID,StudyDate,label', '77,2020-04-03,cyst', '77,05.01.2021,solid', '78,20200403,other'],
      {},
      ['cyst', 'cyst', 'solid', 'other'],
    ],
    [
      'columns of other names',
      ['Fall,Befund', '000ACC1,cyst'],
      { accession: 'Fall', label: 'Befund' },
      ['cyst', 'cyst', null, null],
    ],
  ])('match by %s, at import and afterwards', async (_, lines, columns, expected) => {
    await importAll(table(...lines), { columns });
    expect(labelled()).toEqual(expected);
    for (const name of ['a1', 'a2', 'a3', 'b1']) {
      const id = facts().find(({ path }) => path === `${name}.dcm`)?.id ?? 0;
      labels.label(project, [id], null);
    }
    await tables.apply(project, table(...lines), columns, 'table');
    expect(labelled()).toEqual(expected);
    expect(patients()).toBe(2);
  });

  it('report ambiguous and unmatched rows, by line and never by number', async () => {
    dicom('c1.dcm', { patient: '0079', accession: '000124' });
    const file = table('accession,label', '124,cyst', '000ACC1,solid', '4711-GEHEIM,cyst');
    const { warnings } = await importAll(file);
    expect(labelled()).toEqual(['solid', 'solid', null, null]);
    expect(labelOf('c1.dcm')).toBeNull();
    expect(warnings.join(' ')).toContain('1 row that could belong to more than one patient skipped (line 2)');
    expect(warnings.join(' ')).toContain('1 row of the label table without a matching file: line 4.');
    expect(warnings.join(' ')).not.toContain('GEHEIM');
  });

  it('accept no ambiguous date', async () => {
    const file = table('PatientID,date,label', '77,3/4/2020,cyst', '78,03.04.2020,solid');
    const { warnings } = await importAll(file);
    expect(labelled()).toEqual([null, null, null, 'solid']);
    expect(warnings.join(' ')).toContain('1 row with an invalid or ambiguous date');
  });

  it('store nothing in clear, and report what an earlier project lacks until its files are imported again', async () => {
    await importAll();
    const file = table('accession,label', '000ACC1,cyst');
    expect((await tables.preview(project, null, file, {})).filesMatched).toBe(2);
    project.store.run('DELETE FROM identities');
    const preview = await tables.preview(project, null, file, {});
    expect(preview).toMatchObject({ filesMatched: 0, matchedBy: 'accession' });
    expect(preview.problems.join(' ')).toContain('import them again');
    expect(await importAll()).toMatchObject({ added: 0, duplicates: 4 });
    expect((await tables.preview(project, null, file, {})).filesMatched).toBe(2);
    projects.closeAll();
    for (const entry of readdirSync(join(root, 'project'), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const bytes = readFileSync(join(entry.parentPath, entry.name));
      for (const text of ['000ACC1', '1.2.9.1', '19610407', '20200403']) expect(bytes.includes(text)).toBe(false);
    }
  });
});

describe('a question about one person', () => {
  const why = () => findPatientDoubts(project.store).map((one) => one.why);

  it('is asked if a study has two patient ids, and its images stay together', async () => {
    for (let index = 0; index < 40; index++) {
      // Studies 0 to 19, each with images of two ids: forty patients but twenty people.
      dicom(`${index % 2 === 0 ? 'x' : 'y'}/${index}.dcm`, { patient: `P${index}`, study: `1.2.7.${index >> 1}` });
    }
    await importAll();
    expect(findPatientDoubts(project.store).length).toBe(40);
    expect(why()[0]).toMatch(/^Its study also has images of patient \d+, but a study belongs to one person\./);
    const split = splits.split(project, { keepDuplicatesTogether: false });
    expect(split.warnings.join(' ')).toContain('40 images in Review with a possible patient mismatch');
    const parts = new Map<number | null, Set<string | null>>();
    for (const { study, split } of splitCandidates(project.store)) {
      parts.set(study, (parts.get(study) ?? new Set()).add(split));
    }
    expect([...parts.values()].map((of) => of.size)).toEqual(Array(20).fill(1));
    expect(split.groupsAcrossSplits).toBe(0);
    // Moving one image of a study is a leak, although the two ids differ.
    const [first] = splitCandidates(project.store).filter(({ split }) => split === 'train');
    expect(splits.move(project, [first?.id ?? 0], 'test')).toMatchObject({
      patientsAcrossSplits: 1,
      groupsAcrossSplits: 1,
    });
  });

  it('is not asked for a study UID shared by all because it was blanked', async () => {
    for (let index = 0; index < 24; index++) {
      dicom(`${index % 2 === 0 ? 'x' : 'y'}/${index}.dcm`, { patient: `P${index}`, study: '1.2.3' });
    }
    await importAll();
    expect(why()).toEqual([expect.stringContaining('Its study UID is shared by 24 patients: it was blanked')]);
    const split = splits.split(project, { keepDuplicatesTogether: false });
    expect(new Set(splitCandidates(project.store).map(({ split }) => split)).size).toBe(3);
    expect(split.groupsAcrossSplits).toBe(0);
  });

  it('is asked if the id is the accession number, or if one id has two birth dates or sexes', async () => {
    dicom('a.dcm', { patient: '0004711', accession: '4711' });
    dicom('b.dcm', { patient: 'Q', birth: '19610407', sex: 'F' });
    dicom('c.dcm', { patient: 'Q', birth: '19871224', sex: 'F' });
    dicom('d.dcm', { patient: 'R', birth: '19610407', sex: 'F' });
    dicom('e.dcm', { patient: 'R', birth: '', sex: 'M' });
    dicom('f.dcm', { patient: 'S', birth: '19610407', sex: 'F' });
    await importAll();
    const found = new Map(findPatientDoubts(project.store).map((one) => [one.image, one.why]));
    const of = (path: string) => found.get(facts().find((one) => one.path === path)?.id ?? 0) ?? '';
    expect(of('a.dcm')).toContain('is the accession number');
    expect(of('b.dcm')).toContain('have different dates of birth:');
    expect(of('c.dcm')).toContain('have different dates of birth:');
    expect(of('e.dcm')).toContain('have different sexes:');
    expect(of('f.dcm')).toBe('');
  });

  it('is not needed to keep images together that share a study without a patient', async () => {
    for (let index = 0; index < 24; index++) {
      dicom(`${index % 2 === 0 ? 'x' : 'y'}/${index}.dcm`, { patient: 'ANONYMOUS', study: `1.2.7.${index >> 1}` });
    }
    expect(await importAll()).toMatchObject({ patients: null, withoutPatient: 24 });
    const split = splits.split(project, { keepDuplicatesTogether: false });
    const parts = new Map<number | null, Set<string | null>>();
    for (const { study, split } of splitCandidates(project.store)) {
      parts.set(study, (parts.get(study) ?? new Set()).add(split));
    }
    expect([...parts.values()].map((of) => of.size)).toEqual(Array(12).fill(1));
    expect(split).toMatchObject({
      patients: { train: null, validation: null, test: null },
      warnings: expect.arrayContaining([expect.stringContaining('Patients are unknown')]),
    });
  });
});

describe('counts', () => {
  it('of an import cover that import, and unknown patients are not counted', async () => {
    dicom('x/1.dcm', { patient: 'P1' });
    dicom('y/2.dcm', { patient: 'P2' });
    expect(await importAll()).toMatchObject({ added: 2, classes: { x: 1, y: 1 }, patients: 2, withoutPatient: 0 });
    await png('z/3.png');
    const result = await importAll();
    expect(result).toMatchObject({ added: 1, duplicates: 2, classes: { z: 1 }, patients: null, withoutPatient: 1 });
    expect(result.warnings.join(' ')).toContain('Patients are unknown');
    const dataset = createDataset({ splits, pool });
    expect(dataset.summary(project)).toMatchObject({ images: 3, patients: 2, withoutPatient: 1 });
  });
});
