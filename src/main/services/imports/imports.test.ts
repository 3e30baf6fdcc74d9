import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '#shared/imaging/random';
import { importOptionsSchema } from '#shared/models/dataset';
import { mountTinyDisk } from '../../store/test-support/tiny-disk';
import type { JobHandle } from '../core/jobs';
import type { Dataset } from '../dataset/dataset';
import { createLabels, type Labels } from '../labels/labels';
import type { OpenProject } from '../project/projects';
import { collectSamples, samplesOf } from '../run-records/run-samples';
import type { Splits } from '../splits/splits';
import { cachedRaster, cachedThumbnail } from '../test-support/cached-pictures';
import { type ImportProject, openImportProject } from '../test-support/import-project';
import { quietJob } from '../test-support/quiet-job';
import type { Imports } from './imports';

let opened: ImportProject;
let root: string;
let project: OpenProject;
let imports: Imports;
let splits: Splits;
let labels: Labels;
let dataset: Dataset;

beforeEach(async () => {
  opened = await openImportProject('fovea import [ü] ');
  ({ root, project, imports, splits, dataset } = opened);
  labels = createLabels();
});
afterEach(() => opened.close());

const quiet = (): JobHandle => quietJob();
const options = (more: object = {}) => importOptionsSchema.parse(more);

async function importAll(paths: string[], more: object = {}, table: string | null = null, handle = quiet()) {
  const plan = await imports.scan(project, paths);
  return imports.run(project, plan.id, options(more), table, handle);
}

/** 40 x 30 levels of noise: no two seeds look alike. */
function pixelsOf(seed: number): Buffer {
  const random = createRandom(17, seed);
  return Buffer.from(Array.from({ length: 40 * 30 }, () => random.integer(256)));
}

/** A grey PNG whose content depends on `seed`; paths below `images` in the test's folder. */
async function picture(path: string, seed: number): Promise<string> {
  const file = join(root, 'images', path);
  mkdirSync(join(file, '..'), { recursive: true });
  const pixels = pixelsOf(seed);
  const bytes = await sharp(pixels, { raw: { width: 40, height: 30, channels: 1 } })
    .png()
    .toBuffer();
  writeFileSync(file, bytes);
  return file;
}

const images = () => join(root, 'images');

describe('import', () => {
  it('reads classes from folders, writes rasters and thumbnails, and lists unreadable files', async () => {
    for (let i = 0; i < 6; i++) await picture(`${i < 3 ? 'gutartig (ä)' : 'malignant [x]'}/scan ${i}.png`, i);
    writeFileSync(join(images(), 'malignant [x]', 'notes.txt'), 'notes');
    const whole = readFileSync(join(images(), 'malignant [x]', 'scan 5.png'));
    writeFileSync(join(images(), 'malignant [x]', 'cut.png'), whole.subarray(0, whole.length - 60));
    const plan = await imports.scan(project, [images()]);
    expect(plan).toMatchObject({
      files: 7,
      kinds: { png: 7 },
      layout: 'class-folders',
      classes: [
        { label: 'gutartig (ä)', files: 3 },
        { label: 'malignant [x]', files: 4 },
      ],
      alreadyKnown: 0,
    });
    expect(plan.ignored.map((one) => one.path)).toEqual(['malignant [x]/notes.txt']);
    expect(project.store.column('SELECT count(*) FROM images')).toEqual([0]);

    const result = await imports.run(project, plan.id, options(), null, quiet());
    expect(result).toMatchObject({
      added: 6,
      duplicates: 0,
      classes: { 'gutartig (ä)': 3, 'malignant [x]': 3 },
      patients: null,
      withoutPatient: 6,
    });
    expect(result.skipped.map((one) => one.path).sort()).toEqual(['malignant [x]/cut.png', 'malignant [x]/notes.txt']);
    expect(result.warnings.join()).toContain('Patients are unknown');

    const ids = dataset.ids(project, {}, 'path');
    const detail = await dataset.image(project, ids[0] ?? 0);
    expect(detail).toMatchObject({ path: 'gutartig (ä)/scan 0.png', label: 'gutartig (ä)', width: 40, height: 30 });
    const source = readFileSync(join(images(), 'gutartig (ä)', 'scan 0.png'));
    expect(detail.hash).toBe(createHash('sha256').update(source).digest('hex'));
    const raster = cachedRaster(project, detail.hash);
    expect(raster).toMatchObject({ width: 40, height: 30, channels: 1 });
    expect(Buffer.from(raster?.data ?? []).equals(pixelsOf(0))).toBe(true);
    const thumbnail = await cachedThumbnail(project, detail.hash);
    expect((await sharp(thumbnail ?? undefined).metadata()).format).toBe('jpeg');
    expect(dataset.summary(project)).toMatchObject({
      images: 6,
      unlabelled: 0,
      lastImport: { added: 6 },
      canUndo: false,
    });
    expect(dataset.summary(project).lastImport?.skipped).toEqual(result.skipped);
  });

  it('is idempotent, whatever the names, and resumes after a cancellation', async () => {
    for (let i = 0; i < 120; i++) await picture(`a/${i}.png`, i);
    cpSync(join(images(), 'a', '0.png'), join(images(), 'a', 'copy of 0.png'));
    const controller = new AbortController();
    let seen = 0;
    const handle: JobHandle = {
      ...quietJob(),
      signal: controller.signal,
      progress: (_, done) => {
        seen = done;
        if (done >= 30) controller.abort();
      },
    };
    const first = await importAll([images()], {}, null, handle);
    expect(seen).toBeGreaterThanOrEqual(30);
    expect(first.added).toBeGreaterThanOrEqual(29);
    expect(first.added).toBeLessThan(120);
    expect(first.warnings[0]).toMatch(/Cancelled after \d+ of 121/);
    const second = await importAll([images()]);
    expect(first.added + second.added).toBe(120);
    expect(second.added + second.duplicates).toBe(121);
    const third = await importAll([images()]);
    expect([third.added, third.duplicates]).toEqual([0, 121]);
    expect(dataset.ids(project, {}, 'path')).toHaveLength(120);
    expect((await imports.scan(project, [images()])).alreadyKnown).toBe(120);
  });

  it('rebuilds a deleted cache', async () => {
    await picture('a/1.png', 1);
    await importAll([images()]);
    const [sample] = project.store.column<string>('SELECT hash FROM images');
    rmSync(join(project.folder, 'cache'), { recursive: true });
    expect((await importAll([images()])).duplicates).toBe(1);
    expect(cachedRaster(project, sample ?? '')?.width).toBe(40);
  });

  it('keeps an existing label, and reports the same content in two classes', async () => {
    await picture('benign/1.png', 1);
    await picture('benign/2.png', 2);
    await importAll([images()]);
    const [id] = dataset.ids(project, { text: '1.png' }, 'path');
    labels.label(project, [id ?? 0], 'cyst');
    mkdirSync(join(images(), 'malignant'));
    cpSync(join(images(), 'benign', '2.png'), join(images(), 'malignant', 'again.png'));
    const result = await importAll([join(images(), '..', 'images')]);
    expect(result.added).toBe(0);
    expect(result.warnings.join('\n')).toContain('1 file with the same content');
    expect(dataset.images(project, dataset.ids(project, {}, 'path')).map((one) => one.label)).toEqual([
      'cyst',
      'benign',
    ]);
  });

  it('reads labels, patients, splits, sex and age from a table, and patients from file names', async () => {
    for (let i = 0; i < 4; i++) await picture(`p${i >> 1}_${i}.png`, i);
    const table = join(root, 'labels.csv');
    writeFileSync(
      table,
      'file,label,patient,split,sex,age\np0_0.png,A,Smith,train,F,61\np0_1.png,B,Smith,test,,\nnone.png,A,,,,\n',
    );
    const result = await importAll([images()], { groupPattern: '^(p\\d+)_' }, table);
    expect(result).toMatchObject({ added: 4, classes: { A: 1, B: 1 }, patients: 2 });
    expect(result.warnings.join('\n')).toContain('1 row of the label table');
    const listed = dataset.images(project, dataset.ids(project, {}, 'path'));
    expect(listed.map((one) => [one.path, one.label, one.split])).toEqual([
      ['p0_0.png', 'A', 'train'],
      ['p0_1.png', 'B', 'test'],
      ['p1_2.png', null, null],
      ['p1_3.png', null, null],
    ]);
    const patients = listed.map((one) => one.patient);
    expect(patients[0]).toBe(patients[1]);
    expect(patients[2]).toBe(patients[3]);
    expect(patients[0]).not.toBe(patients[2]);
    expect(project.store.all('SELECT sex, age FROM images WHERE sex IS NOT NULL')).toEqual([{ sex: 'F', age: 61 }]);
    const stored = readdirSync(project.folder).filter((name) => name.startsWith('project.sqlite'));
    for (const name of stored) expect(readFileSync(join(project.folder, name)).includes('Smith')).toBe(false);
    await expect(importAll([images()], {}, join(root, 'no such.csv'))).rejects.toMatchObject({
      code: 'labels_invalid',
    });
    await expect(importAll([images()], { groupPattern: '(' })).rejects.toMatchObject({ code: 'pattern_invalid' });
  });

  it('asks before names that may mean one class become classes, and merges or keeps them as answered', async () => {
    for (const [index, folder] of ['Benign', 'benign', 'benign', 'malignant', 'pre-malignant'].entries()) {
      await picture(`${folder}/${index}.png`, index);
    }
    const plan = await imports.scan(project, [images()]);
    expect(plan.similarNames).toEqual([
      {
        name: 'benign',
        spellings: [
          { name: 'benign', times: 2, present: false },
          { name: 'Benign', times: 1, present: false },
        ],
      },
    ]);
    await expect(importAll([images()])).rejects.toMatchObject({
      code: 'class_names_similar',
      message: 'Some class names are similar: “benign” (2), “Benign” (1).',
      hint: expect.stringContaining('--class-names merge'),
    });
    expect(project.store.column('SELECT count(*) FROM images')).toEqual([0]);
    expect(project.store.column('SELECT count(*) FROM classes')).toEqual([0]);
    const merged = await importAll([images()], { classNames: 'merge' });
    expect(merged.classes).toEqual({ benign: 3, malignant: 1, 'pre-malignant': 1 });
    expect(merged.warnings.join()).toContain('Merged into one class, “benign”: “benign” (2), “Benign” (1).');

    // Against a class of the project, from a table.
    const more = [join(images(), 'malignant')];
    await picture('malignant/9.png', 9);
    const table = join(root, 'labels.csv');
    writeFileSync(table, 'path,label\n9.png,Pre_Malignant\n');
    await expect(importAll(more, {}, table)).rejects.toMatchObject({
      message: 'Some class names are similar: “pre-malignant” (in the project), “Pre_Malignant” (1).',
    });
    const kept = await importAll(more, { classNames: 'keep' }, table);
    expect(kept.columns).toEqual({ headers: { path: 'path', label: 'label' }, classes: [] });
    expect(kept.classes).toMatchObject({ Pre_Malignant: 1 });
    // Once kept apart, they raise no question again; nor does a name that no image gets.
    await picture('malignant/10.png', 10);
    writeFileSync(table, 'path,label\n10.png,Pre_Malignant\nnone.png,MALIGNANT\n');
    expect(await importAll(more, {}, table)).toMatchObject({ added: 1 });
  });

  it('treats composed and decomposed letters of folder names as one class without a question', async () => {
    await picture('n\u00f3dulo/1.png', 1);
    await picture('no\u0301dulo/2.png', 2);
    const plan = await imports.scan(project, [images()]);
    expect(plan).toMatchObject({ classes: [{ label: 'nódulo', files: 2 }], similarNames: [] });
    expect(await importAll([images()])).toMatchObject({ classes: { nódulo: 2 } });
  });

  it('creates the split named by folders and takes a missing validation split from train', async () => {
    let seed = 0;
    for (const part of ['train', 'test']) {
      for (const label of ['a', 'b']) for (let i = 0; i < 10; i++) await picture(`${part}/${label}/${i}.png`, seed++);
    }
    await importAll([images()]);
    const split = splits.current(project);
    expect(split).toMatchObject({
      group: 'folders',
      counts: { train: { a: 8, b: 8 }, validation: { a: 2, b: 2 }, test: { a: 10, b: 10 } },
      groupsAcrossSplits: 0,
    });
    expect(split?.warnings[0]).toContain('no validation folder');
    // New images of the same kind join, existing splits stay, and a split created by a person is not replaced.
    const before = dataset.ids(project, { split: 'validation' }, 'path');
    await picture('train/a/99.png', 999);
    await importAll([images()]);
    expect(splits.current(project)?.counts.train).toEqual({ a: 9, b: 8 });
    expect(dataset.ids(project, { split: 'validation' }, 'path')).toEqual(before);
    splits.split(project, { validation: 0.2, test: 0.2, seed: 1, group: 'none' });
    await picture('train/a/100.png', 1000);
    await importAll([images()]);
    const after = splits.current(project);
    expect(after?.group).toBe('none');
    expect(after?.warnings.join()).toContain('1 labelled image outside this split');
  });

  it('leaves the sources alone, or copies them into the project', async () => {
    const file = await picture('a/1.png', 1);
    mkdirSync(join(root, 'elsewhere', 'a'), { recursive: true });
    const other = await sharp(Buffer.alloc(3 * 40 * 30, 9), { raw: { width: 40, height: 30, channels: 3 } })
      .jpeg()
      .toBuffer();
    writeFileSync(join(root, 'elsewhere', 'a', '1.png'), other);
    const before = readFileSync(file);
    const result = await importAll([images(), join(root, 'elsewhere')], { copy: true });
    expect(result.added).toBe(2);
    const copies = readdirSync(join(project.folder, 'images', 'a')).sort();
    expect(copies).toHaveLength(2);
    expect(copies).toContain('1.png');
    rmSync(images(), { recursive: true });
    rmSync(join(root, 'elsewhere'), { recursive: true });
    const hashes = dataset.ids(project, {}, 'path').map((id) => {
      const { path, hash } = dataset.sourceFile(project, id);
      expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(hash);
      return hash;
    });
    expect(hashes).toContain(createHash('sha256').update(before).digest('hex'));
  });

  it('reports an empty folder or one of text files as nothing to import', async () => {
    mkdirSync(images());
    const empty = await imports.scan(project, [images()]);
    expect([empty.files, empty.warnings[0]]).toEqual([0, 'The selection contains no DICOM, PNG or JPEG images.']);
    await expect(imports.run(project, empty.id, options(), null, quiet())).rejects.toMatchObject({
      code: 'nothing_to_import',
    });
    writeFileSync(join(images(), 'a.txt'), 'text');
    writeFileSync(join(images(), 'b.csv'), 'a,b');
    const texts = await imports.scan(project, [images()]);
    expect(texts.ignored).toHaveLength(2);
    await expect(imports.run(project, texts.id, options(), null, quiet())).rejects.toMatchObject({
      code: 'nothing_to_import',
    });
    await expect(imports.run(project, 'unheard of', options(), null, quiet())).rejects.toMatchObject({
      code: 'plan_unknown',
    });
  });
});

const tiny = mountTinyDisk('8m');
afterAll(() => tiny?.unmount());

describe.skipIf(tiny === null)('import onto a full disk (needs the right to mount a tmpfs)', () => {
  it('stops with disk_full, keeps imported images, and resumes once there is space', async () => {
    for (let i = 0; i < 120; i++) await picture(`a/${i}.png`, i);
    opened.projects.close(project.id);
    project = await opened.projects.create(join(tiny?.folder ?? '', 'project'));
    const filler = join(tiny?.folder ?? '', 'filler');
    const fill = 'dd if=/dev/zero of="$1" bs=4096 2>/dev/null; truncate -s -150000 "$1"';
    execFileSync('sh', ['-c', fill, 'sh', filler]);
    const plan = await imports.scan(project, [images()]);
    await expect(imports.run(project, plan.id, options(), null, quiet())).rejects.toMatchObject({
      code: 'disk_full',
      message: expect.stringContaining('of this import saved'),
    });
    const kept = dataset.ids(project, {}, 'path').length;
    expect(kept).toBeLessThan(120);
    for (const id of dataset.ids(project, {}, 'path')) {
      const { hash } = dataset.sourceFile(project, id);
      expect(cachedRaster(project, hash)?.width).toBe(40);
    }
    rmSync(filler);
    const result = await importAll([images()]);
    expect([result.added, result.duplicates]).toEqual([120 - kept, kept]);
    expect(project.store.column('PRAGMA quick_check')).toEqual(['ok']);
  });
});

const busi = resolve(import.meta.dirname, '../../../../../shared/data/busi-dicom');

describe.skipIf(!existsSync(busi))('import of the BUSI DICOM set (needs ../shared/data/busi-dicom)', () => {
  it('adds 75 images of 73 patients, 25 per class, and stores no identity', async () => {
    const result = await importAll([busi]);
    expect(result.skipped).toEqual([]);
    expect(result).toMatchObject({
      added: 75,
      duplicates: 0,
      classes: { benign: 25, malignant: 25, normal: 25 },
      patients: 73,
    });
    const split = splits.split(project, { validation: 0.2, test: 0.2, seed: 42, group: 'patient' });
    expect(split.groupsAcrossSplits).toBe(0);
    expect(split.counts).toEqual({
      train: { benign: 15, malignant: 15, normal: 15 },
      validation: { benign: 5, malignant: 5, normal: 5 },
      test: { benign: 5, malignant: 5, normal: 5 },
    });
    const classes = dataset.classes(project);
    const samples = samplesOf(collectSamples(project, classes), 'train');
    expect(samples).toHaveLength(45);
    for (const { hash } of samples) expect(cachedRaster(project, hash)).not.toBeNull();
    expect(new Set(samples.map((one) => classes[one.label]))).toEqual(new Set(['benign', 'malignant', 'normal']));

    const [id] = dataset.ids(project, {}, 'path');
    const detail = await dataset.image(project, id ?? 0);
    const masked = detail.tags.find((one) => one.keyword === 'PatientName');
    expect(masked?.identifying).toBe(true);
    const asked = await dataset.identifyingTags(project, id ?? 0);
    const identities = asked.filter((one) => ['(0010,0010)', '(0010,0020)'].includes(one.tag)).map((one) => one.value);
    expect(identities).toHaveLength(2);
    expect(project.store.column('SELECT action FROM audit')).toContain('identifying-tags.show');
    project.store.run('PRAGMA wal_checkpoint(TRUNCATE)');
    const bytes = readFileSync(join(project.folder, 'project.sqlite'));
    for (const value of identities) {
      expect(value).not.toBe(masked?.value);
      expect(bytes.includes(value)).toBe(false);
    }
  });
});
