import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { labelHistory } from '../../store/labels';
import { imageFacts } from '../../store/table-facts';
import { createLabels, type Labels } from '../labels/labels';
import { createReaders, type Readers } from '../labels/readers';
import { auditTrail } from '../project/audit';
import type { OpenProject, Projects } from '../project/projects';
import { addDiscs } from '../test-support/disc-project';
import { openTestProject, type TestProject } from '../test-support/project';
import { createLabelTables, type LabelTables } from './label-tables';

let opened: TestProject;
let root: string;
let projects: Projects;
let project: OpenProject;
let tables: LabelTables;
let labels: Labels;
let readers: Readers;

beforeEach(async () => {
  opened = await openTestProject();
  ({ root, projects, project } = opened);
  tables = createLabelTables();
  labels = createLabels();
  readers = createReaders();
  // "disc 1.png" to "disc 8.png": 1, 2, 5, 6 left and 3, 4, 7, 8 right, by folder.
  await addDiscs(project, join(root, 'images'), { train: 8, validation: 0, test: 0 });
});
afterEach(() => {
  opened.close();
});

function table(...lines: string[]): string {
  const file = join(root, 'table.csv');
  writeFileSync(file, lines.join('\n'));
  return file;
}
const image = (number: number) => imageFacts(project.store).find((one) => one.path === `disc ${number}.png`);
const labelOf = (number: number) => labelHistory(project.store, image(number)?.id ?? 0).at(-1)?.label;
const state = () => JSON.stringify(imageFacts(project.store).map(({ labelSource: _, ...rest }) => rest));

it('previews every change before making it, and keeps a person’s labels', async () => {
  labels.label(project, [image(1)?.id ?? 0], 'cyst');
  labels.label(project, [image(2)?.id ?? 0, image(3)?.id ?? 0], null);
  const file = table(
    'path,label,patient,site,age,sex',
    'disc 1,left,P1,Bonn,40,F',
    'disc 2,right,P1,Bonn,41,F',
    'disc 3,right,P3,Bonn,,',
    'disc 4,right,,,,',
    'disc 5,middle,,,,',
    'no such,left,,,,',
  );
  const before = state();
  const preview = await tables.preview(project, null, file, {});
  expect(preview).toMatchObject({
    rows: 6,
    files: 8,
    rowsMatched: 5,
    filesMatched: 5,
    patients: 2,
    blocked: null,
    mapping: { path: 'path', label: 'label', reader: null, site: 'site' },
    values: { label: { distinct: 3, values: [{ value: 'right', rows: 3 }, { value: 'left' }, { value: 'middle' }] } },
    // 1 has a person's label; a person removed those of 2 and 3.
    changes: { newLabels: 0, changedLabels: 1, sameLabels: 1, conflicts: 3, patients: 0, sites: 3, subjects: 2 },
    // P1 is an alias of the patient of 1 and 2, P3 of that of 3 and 4.
    patientChanges: { before: 4, after: 4, split: 0, merged: 0 },
  });
  expect(state()).toBe(before);
  expect(project.store.column('SELECT count(*) FROM origins')[0]).toBe(0);

  const kept = await tables.apply(project, file, {}, 'mine');
  expect(kept.changed).toBe(4);
  expect([1, 2, 3, 4, 5].map(labelOf)).toEqual(['cyst', null, null, 'right', 'middle']);
  expect(labelHistory(project.store, image(5)?.id ?? 0).map((one) => one.source)).toEqual(['folder', 'table']);
  expect(image(1)?.patient).toBe(image(2)?.patient);
  expect(image(1)?.age).toBe(40);
  expect(labels.undo(project)).toEqual({ changed: 4, description: 'label table on 4 images' });
  expect(state()).toBe(before);

  // An undone label is not a person's: the same table has the same conflicts, not more.
  expect((await tables.preview(project, null, file, {})).changes).toMatchObject({ changedLabels: 1, conflicts: 3 });
  await tables.apply(project, file, {}, 'table');
  expect([1, 2, 3, 4, 5].map(labelOf)).toEqual(['left', 'right', 'right', 'right', 'middle']);
  expect(await tables.apply(project, file, {}, 'table')).toMatchObject({ changed: 0 });
  const trail = JSON.stringify(auditTrail(project));
  expect(trail).toContain('labels.table');
  expect(trail).not.toContain('P1');
});

it('stores no patient of a table in the project folder', async () => {
  await tables.apply(project, table('path,patient,study', 'disc 1.png,MUSTERMANN-77,STUDY-4711'), {}, 'mine');
  projects.closeAll();
  for (const name of readdirSync(join(root, 'project'), { recursive: true, withFileTypes: true })) {
    if (!name.isFile()) continue;
    const bytes = readFileSync(join(name.parentPath, name.name));
    expect([bytes.includes('MUSTERMANN'), bytes.includes('STUDY-4711')]).toEqual([false, false]);
  }
});

it('does not count “NA” as a label in a preview', async () => {
  const file = table('path,label', 'disc 1.png,left', 'disc 2.png,NaN', 'disc 3.png,N/A');
  const { values } = await tables.preview(project, null, file, {});
  expect(values.label).toEqual({ distinct: 1, values: [{ value: 'left', rows: 1 }] });
});

it('counts a reader once in a preview, however written, and no word for “missing”', async () => {
  const file = table('path,label,reader', 'disc 1.png,left,r1', 'disc 2.png,left, R1', 'disc 3.png,left,nan');
  const { values } = await tables.preview(project, null, file, {});
  expect(values.reader).toEqual({ distinct: 1, values: [{ value: 'r1', rows: 2 }] });
});

it('blocks a table without a path column, showing its headers and rows to map', async () => {
  const preview = await tables.preview(project, null, table('Bild;Befund', 'disc 1.png;=1+1', 'disc 2.png;ok'), {});
  expect(preview).toMatchObject({
    blocked: 'The label table has no column “path” and no other column that identifies its images.',
    delimiter: ';',
    headers: ['Bild', 'Befund'],
    sample: [
      ['disc 1.png', '=1+1'],
      ['disc 2.png', 'ok'],
    ],
    changes: null,
  });
  const mapped = await tables.preview(project, null, table('Bild;Befund', 'disc 1.png;ok'), {
    path: 'Bild',
    label: 'Befund',
  });
  expect(mapped).toMatchObject({ blocked: null, changes: { changedLabels: 1 } });
});

it('limits the size of its reply, whatever the table contains', async () => {
  const wide = ['path', 'label', ...Array.from({ length: 150 }, (_, i) => `c${i}`)].join(',');
  const rows = Array.from({ length: 2000 }, (_, i) => `__proto__${i},class ${i},${'x'.repeat(20_000 / 40)}`);
  const preview = await tables.preview(project, null, table(wide, 'constructor,toString', ...rows), {});
  expect(preview.values.label?.distinct).toBe(2001);
  expect(preview.values.label?.values.length).toBe(30);
  expect(preview.sample.length).toBe(8);
  expect(JSON.stringify(preview).length).toBeLessThan(20_000);
});

it('stores readings, and a label only if all readers agree, across several tables too', async () => {
  const first = table(
    'path,label,reader',
    'disc 1,right,Ann',
    'disc 1,right,Bob',
    'disc 2,left,Ann',
    'disc 2,right,Bob',
    'disc 3,left,Ann',
  );
  expect((await tables.preview(project, null, first, {})).changes).toMatchObject({
    readings: 5,
    disagreements: 1,
    changedLabels: 2,
    sameLabels: 0,
  });
  await tables.apply(project, first, {}, 'mine');
  expect([1, 2, 3].map(labelOf)).toEqual(['right', 'left', 'left']);
  expect(readers.disagreements(project).map((one) => one.path)).toEqual(['disc 2.png']);

  // Bob's table alone: it disagrees with Ann's reading of disc 3, so the label stays.
  const second = table('path,label,reader', 'disc 3,right,Bob', 'disc 2,left,Bob');
  expect((await tables.preview(project, null, second, {})).changes).toMatchObject({
    readings: 2,
    disagreements: 1,
    changedLabels: 0,
    sameLabels: 1,
  });
  await tables.apply(project, second, {}, 'mine');
  expect([2, 3].map(labelOf)).toEqual(['left', 'left']);
  expect(readers.disagreements(project).map((one) => one.path)).toEqual(['disc 3.png']);
  labels.undo(project);
  expect(readers.disagreements(project).map((one) => one.path)).toEqual(['disc 2.png']);
  labels.undo(project);
  expect(readers.summary(project, 'none')).toMatchObject({ readers: [], pairs: [], images: 0 });
});

it('asks before a table’s class names that may mean one class become classes, and merges them on request', async () => {
  // An image with a class in two spellings is consistent once they are merged.
  const file = table('path,label', 'disc 1,0', 'disc 2,0.0', 'disc 3,00', 'disc 4,1', 'disc 5,LEFT', 'disc 1,0.0');
  const before = state();
  const preview = await tables.preview(project, null, file, {});
  expect(preview.similarNames.map(({ name, spellings }) => [name, ...spellings.map((one) => one.name)])).toEqual([
    ['left', 'left', 'LEFT'],
    ['0.0', '0.0', '0', '00'],
  ]);
  await expect(tables.apply(project, file, {}, 'mine')).rejects.toMatchObject({ code: 'class_names_similar' });
  expect(state()).toBe(before);
  const merged = await tables.preview(project, null, file, {}, {}, 'merge');
  expect(merged.changes).toMatchObject({ changedLabels: 4, sameLabels: 1 });
  const applied = await tables.apply(project, file, {}, 'mine', {}, 'merge');
  expect(applied.columns).toEqual({ headers: { path: 'path', label: 'label' }, classes: [] });
  expect([1, 2, 3, 4, 5].map(labelOf)).toEqual(['0.0', '0.0', '0.0', '1', 'left']);
  expect(applied.problems.join()).toContain('Merged into one class, “0.0”');
});

it('shows the columns it reads, and asks if unsure', async () => {
  const unclear = table('path,diagnosis,class,patient', 'disc 1,a,b,P1', 'disc 2,b,b,P2');
  const preview = await tables.preview(project, null, unclear, {});
  expect(preview).toMatchObject({
    blocked: 'The label table has 2 columns that could be the label: “class”, “diagnosis”.',
    mapping: { path: 'path', label: null, patient: 'patient' },
  });
  const marked = table('path,left,right,cyst', 'disc 1,x,,', 'disc 2,,x,', 'disc 3,,x,', 'disc 4,,,x');
  expect(await tables.preview(project, null, marked, {})).toMatchObject({
    classes: ['left', 'right', 'cyst'],
    mapping: { label: null },
    values: { label: { distinct: 3, values: [{ value: 'right', rows: 2 }, { value: 'cyst' }, { value: 'left' }] } },
    changes: { sameLabels: 2, changedLabels: 2 },
  });
});
