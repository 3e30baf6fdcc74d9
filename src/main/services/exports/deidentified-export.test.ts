import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeMeasures } from '#shared/imaging/measures-bytes';
import { FoveaError } from '#shared/ipc/errors';
import { importOptionsSchema } from '#shared/models/dataset';
import { type DeidentifiedResult, deidentifiedOptionsSchema } from '#shared/models/deidentified-export';
import type { DecodePool } from '../../decode-host/client';
import { decodeJobs } from '../../decode-host/jobs';
import { parseDicom } from '../../ingest/dicom/parse';
import { dicomFile, imageModule, items, type TestElement } from '../../ingest/test-support/dicom-bytes';
import { pictureMeasures } from '../../store/measures';
import { createJobs, type Jobs } from '../core/jobs';
import { createDataset } from '../dataset/dataset';
import { createImports, type Imports } from '../imports/imports';
import { auditTrail } from '../project/audit';
import type { OpenProject, Projects } from '../project/projects';
import { createSplits } from '../splits/splits';
import { inThisThread } from '../test-support/in-this-thread';
import { openTestProject, type TestProject } from '../test-support/project';
import { quietJob } from '../test-support/quiet-job';
import { createDeidentifiedExports, type DeidentifiedExports } from './deidentified-export';

const pool: DecodePool = { ...decodeJobs, dispose: async () => {} };

let opened: TestProject;
let root: string;
let projects: Projects;
let project: OpenProject;
let imports: Imports;
let jobs: Jobs;
let exports: DeidentifiedExports;

beforeEach(async () => {
  opened = await openTestProject('fovea deidentified [ü] ');
  ({ root, projects, project } = opened);
  const { events } = opened;
  const splits = createSplits();
  imports = createImports({ events, pool, splits, background: inThisThread(() => project) });
  jobs = createJobs(events);
  const dataset = createDataset({ splits, pool });
  exports = createDeidentifiedExports({ dataset, pool, jobs, reports: { offer: (file) => file }, version: '0.1.0' });
});
afterEach(() => {
  opened.close();
});

const images = () => join(root, 'Müller images');

/** An ultrasound file; `more` replaces or adds elements. */
function ultrasound(patient: string, study: string, instance: number, more: readonly TestElement[] = []): Buffer {
  const own: TestElement[] = [
    ['00080005', 'CS', 'ISO_IR 192'],
    ['00080016', 'UI', '1.2.840.10008.5.1.4.1.1.6.1'],
    ['00080018', 'UI', `1.2.276.99.${study}.1.${instance}`],
    ['00080020', 'DA', '20240131'],
    ['00080060', 'CS', 'US'],
    ['00080080', 'LO', 'Klinikum Musterstadt'],
    ['00100010', 'PN', `Müller^${patient}`],
    ['00100020', 'LO', `PID-${patient}`],
    ['00100030', 'DA', '19300203'],
    ['00100040', 'CS', 'F'],
    ['00101010', 'AS', '093Y'],
    ['0020000d', 'UI', `1.2.276.99.${study}`],
    ['0020000e', 'UI', `1.2.276.99.${study}.1`],
    ...imageModule({ rows: 16, columns: 20 }),
    ['00280301', 'CS', 'NO'],
    ['7fe00010', 'OB', Buffer.from(Array.from({ length: 320 }, (_, index) => (index * (7 + instance)) % 256))],
  ];
  const replaced = new Set(more.map(([tag]) => tag));
  const all = [...own.filter(([tag]) => !replaced.has(tag)), ...more].sort(([a], [b]) => (a < b ? -1 : 1));
  return dicomFile(all);
}

function put(path: string, bytes: Uint8Array): void {
  const file = join(images(), path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, bytes);
}

async function importFolder(target: OpenProject, folder: string, labels: string | null = null) {
  const plan = await imports.scan(target, [folder]);
  const handle = quietJob();
  return imports.run(target, plan.id, importOptionsSchema.parse({}), labels, handle);
}

async function exportTo(folder: string, more: object = {}): Promise<DeidentifiedResult> {
  return exports.start(project, deidentifiedOptionsSchema.parse(more), { folder }).result;
}

const filesOf = (folder: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[]).filter((path) => statSync(join(folder, path)).isFile()).sort();

async function someFiles(): Promise<void> {
  put('mass: "benign"/anna 1.dcm', ultrasound('Anna', '11', 1));
  put('mass: "benign"/anna 2.dcm', ultrasound('Anna', '11', 2));
  put('malignant/berta.dcm', ultrasound('Berta', '12', 3));
  put('malignant/banner.dcm', ultrasound('Carla', '13', 4, [['00280301', 'CS', 'YES']]));
  put('malignant/silent.dcm', ultrasound('Dora', '14', 5, [['00280301', 'CS', '']]));
  const raw = Buffer.from(Array.from({ length: 600 }, (_, index) => (index * 13) % 256));
  const picture = sharp(raw, { raw: { width: 30, height: 20, channels: 1 } });
  put(
    'malignant/Müller.png',
    await picture
      .clone()
      .withExif({ IFD0: { Artist: 'Dr Müller' } })
      .png()
      .toBuffer(),
  );
  put(
    'malignant/Schulze.jpg',
    await picture
      .clone()
      .withExif({ IFD0: { Artist: 'Dr Müller' } })
      .jpeg()
      .toBuffer(),
  );
}

describe('de-identified export', () => {
  it('writes numbered files, a table and reports, holds back possible names, and reveals no sources', async () => {
    await someFiles();
    await importFolder(project, images());
    expect(exports.plan(project, deidentifiedOptionsSchema.parse({}))).toMatchObject({
      files: 7,
      burnedIn: 1,
      unknown: 1,
      pictures: 2,
      rest: 3,
    });
    const before = filesOf(images()).map((path) => readFileSync(join(images(), path)).toString('base64'));
    const result = await exportTo(join(root, 'out'));
    expect(result).toMatchObject({ written: 3, patients: 2, failed: [] });
    expect(result.heldBack.map(({ reason }) => reason).sort()).toEqual([
      'burned-in',
      'burned-in-unknown',
      'burned-in-unknown',
      'burned-in-unknown',
    ]);
    const written = filesOf(join(root, 'out'));
    expect(written).toEqual(expect.arrayContaining(['labels.csv', 'report.html', 'report.json']));
    expect(written.filter((path) => path.endsWith('.dcm'))).toHaveLength(3);
    expect(readdirSync(join(root, 'out', 'malignant'))).toHaveLength(1);
    for (const path of written) {
      expect(path).toMatch(/^(labels\.csv|report\.(html|json)|[\w ]+\/patient-\d{4}\/\d{6}\.dcm)$/);
      const text = readFileSync(join(root, 'out', path)).toString('latin1');
      for (const name of ['Anna', 'Berta', 'PID-', 'Musterstadt', '20240131', '19300203', '1.2.276', 'ller', root]) {
        expect(text).not.toContain(name);
      }
    }
    // Sources are only read; the audit trail records the export, without names.
    expect(filesOf(images()).map((path) => readFileSync(join(images(), path)).toString('base64'))).toEqual(before);
    expect(auditTrail(project)[0]).toMatchObject({
      action: 'dataset.deidentified-export',
      detail: { written: 3, heldBack: 4, failed: 0, dates: 'remove' },
    });
    const report = JSON.parse(readFileSync(join(root, 'out', 'report.json'), 'utf8'));
    expect(report.actions).toContainEqual({ tag: '(0010,0010)', keyword: 'PatientName', action: 'replaced', count: 3 });
    expect(readFileSync(join(root, 'out', 'report.html'), 'utf8')).toContain('Pixels were not changed');
  });

  it('can be imported again, with labels, patients, sex and age; two files of a study share one study', async () => {
    await someFiles();
    await importFolder(project, images());
    await exportTo(join(root, 'out'), { includeRisky: true });
    const other = await projects.create(join(root, 'other'));
    const again = await importFolder(other, join(root, 'out'), join(root, 'out', 'labels.csv'));
    expect(again).toMatchObject({ added: 7, classes: { malignant: 5, 'mass: "benign"': 2 }, patients: 4 });
    expect(other.store.all('SELECT DISTINCT sex, age FROM images WHERE kind = ?', 'dicom')).toEqual([
      { sex: 'F', age: 90 },
    ]);
    const dicoms = filesOf(join(root, 'out')).filter((path) => path.startsWith('mass'));
    const studies = dicoms.map((path) => parseDicom(readFileSync(join(root, 'out', path))).dataSet.string('x0020000d'));
    expect(new Set(studies).size).toBe(1);
    expect(studies[0]).toMatch(/^2\.25\.\d+$/);
  });

  it('protects its table from spreadsheets, and import removes the protection', async () => {
    const formula = "=cmd|' /C calc'!A1";
    put('images/anna.dcm', ultrasound('Anna', '11', 1));
    put('images/berta.dcm', ultrasound('Berta', '12', 2));
    put('images/carla.dcm', ultrasound('Carla', '13', 3));
    writeFileSync(join(root, 'in.csv'), `path,label\nanna.dcm,${formula}\nberta.dcm,'=quoted\ncarla.dcm,-2\n`);
    const first = await importFolder(project, images(), join(root, 'in.csv'));
    // A table that others guarded is read as they meant it.
    expect(Object.keys(first.classes).sort()).toEqual(['-2', formula, '=quoted'].sort());
    await exportTo(join(root, 'out'));
    const cells = readFileSync(join(root, 'out', 'labels.csv'), 'utf8')
      .trim()
      .split('\r\n')
      .flatMap((line) => line.split(','));
    for (const cell of cells) expect(cell).not.toMatch(/^"?[=+\-@]/);
    expect(cells).toContain(`'${formula}`);
    // The first column still names a file, for every program.
    for (const line of readFileSync(join(root, 'out', 'labels.csv'), 'utf8')
      .trim()
      .split('\r\n')
      .slice(1)) {
      expect(statSync(join(root, 'out', line.slice(0, line.indexOf(',')))).isFile()).toBe(true);
    }
    const other = await projects.create(join(root, 'other'));
    const again = await importFolder(other, join(root, 'out'), join(root, 'out', 'labels.csv'));
    expect(again).toMatchObject({ added: 3, classes: first.classes });
  });

  it('holds back images with detected letters, even if the file claims to have none', async () => {
    put('a/anna.dcm', ultrasound('Anna', '11', 1));
    put('a/berta.dcm', ultrasound('Berta', '12', 2));
    await importFolder(project, images());
    const [seen] = pictureMeasures(project.store);
    if (seen === undefined) throw new Error('not measured');
    const bytes = encodeMeasures({
      ...seen.measures,
      text: seen.measures.text.map((_, cell) => (cell === 5 ? 255 : 0)),
    });
    project.store.run('UPDATE pictures SET measures = ? WHERE image_id = ?', bytes, seen.image);
    expect(exports.plan(project, deidentifiedOptionsSchema.parse({}))).toMatchObject({ detected: 1, rest: 1 });
    const held = await exportTo(join(root, 'out'));
    expect(held).toMatchObject({ written: 1, heldBack: [{ image: seen.image, reason: 'text-detected' }] });
    expect(await exportTo(join(root, 'all'), { includeRisky: true })).toMatchObject({ written: 2, heldBack: [] });
  });

  it('renames a class named like a patient, in folders, table and reports, and reports it', async () => {
    put('Anna Müller/anna.dcm', ultrasound('Anna', '11', 1));
    put('Anna Müller/banner.dcm', ultrasound('Carla', '13', 4, [['00280301', 'CS', 'YES']]));
    put('benign/berta.dcm', ultrasound('Berta', '12', 3));
    // The name is that of a patient whose own files are of another class, and are held back.
    put('like CARLA/dora.dcm', ultrasound('Dora', '14', 5));
    await importFolder(project, images());
    const result = await exportTo(join(root, 'out'));
    expect(result).toMatchObject({ written: 3, renamedClasses: ['class-1', 'class-2'] });
    const written = filesOf(join(root, 'out'));
    expect(written.filter((path) => path.endsWith('.dcm')).map((path) => path.split('/')[0])).toEqual([
      'benign',
      'class-1',
      'class-2',
    ]);
    for (const path of written) {
      const text = `${path} ${readFileSync(join(root, 'out', path)).toString('latin1')}`;
      expect(text).not.toMatch(/anna|carla|ller/i);
    }
    expect(readFileSync(join(root, 'out', 'labels.csv'), 'utf8')).toMatch(/^class-1\/patient-\d+\/\d+\.dcm,class-1,/m);
    expect(readFileSync(join(root, 'out', 'report.html'), 'utf8')).toContain('became class-1, class-2');
  });

  it('renames a class that is called exactly as a short id or name of a patient', async () => {
    put('4711/a.dcm', ultrasound('Anna', '11', 1, [['00101000', 'LO', '4711']]));
    put('a7/b.dcm', ultrasound('Berta', '12', 2, [['00101000', 'LO', 'A7']]));
    put('Ng/c.dcm', ultrasound('Ng', '13', 3));
    put('grade 2/d.dcm', ultrasound('Dora', '14', 4, [['00101000', 'LO', '2']]));
    put('3/e.dcm', ultrasound('Emma', '15', 5, [['00101000', 'LO', '3']]));
    await importFolder(project, images());
    const result = await exportTo(join(root, 'out'));
    expect(result).toMatchObject({ written: 5, renamedClasses: ['class-1', 'class-2', 'class-3'] });
    const written = filesOf(join(root, 'out'));
    const folders = written.filter((path) => path.endsWith('.dcm')).map((path) => path.split('/')[0]);
    expect(folders).toEqual(['3', 'class-1', 'class-2', 'class-3', 'grade 2']);
    expect(readFileSync(join(root, 'out', 'labels.csv'), 'utf8')).not.toMatch(/4711|a7|Ng/);
  });

  it('holds back files with data that cannot be removed, with the reason, even after a person looked', async () => {
    // A VOI LUT of sixteen entries of 16 bits whose bytes are a text.
    const lut: TestElement[] = [
      ['00283002', 'US', [16, 0, 16]],
      ['00283006', 'OW', Buffer.from('Anna Müller, born 1 May 1961 Oslo', 'latin1').subarray(0, 32)],
    ];
    put('a/anna.dcm', ultrasound('Anna', '11', 1, [['00283010', 'SQ', items(lut)]]));
    put('a/berta.dcm', ultrasound('Berta', '12', 2));
    await importFolder(project, images());
    const result = await exportTo(join(root, 'out'), { includeRisky: true });
    expect(result).toMatchObject({ written: 1, failed: [], heldBack: [{ reason: 'hidden-data' }] });
    expect(result.heldBack[0]?.detail).toContain('held back');
    expect(readFileSync(join(root, 'out', 'report.html'), 'utf8')).toContain(result.heldBack[0]?.detail);
  });

  it('keeps images without a label unlabelled on the way back', async () => {
    put('anna.dcm', ultrasound('Anna', '11', 1));
    put('berta.dcm', ultrasound('Berta', '12', 2));
    await importFolder(project, images());
    await exportTo(join(root, 'out'));
    expect(readdirSync(join(root, 'out'))).toContain('unlabelled');
    const other = await projects.create(join(root, 'other'));
    const again = await importFolder(other, join(root, 'out'));
    expect(again).toMatchObject({ added: 2, classes: {}, patients: 2 });
  });

  it('writes identical bytes each time, and other UIDs in another project', async () => {
    put('a/anna.dcm', ultrasound('Anna', '11', 1));
    await importFolder(project, images());
    await exportTo(join(root, 'one'), { dates: 'shift' });
    await exportTo(join(root, 'two'), { dates: 'shift' });
    const file = 'a/patient-0001/000001.dcm';
    const first = readFileSync(join(root, 'one', file));
    expect(readFileSync(join(root, 'two', file)).equals(first)).toBe(true);
    project = await projects.create(join(root, 'other'));
    await importFolder(project, images());
    await exportTo(join(root, 'three'), { dates: 'shift' });
    const uid = (path: string) => parseDicom(readFileSync(join(root, path, file))).dataSet.string('x00080018');
    expect(uid('three')).not.toBe(uid('one'));
  });

  it('lists failures and continues; a changed source is not taken for the imported one', async () => {
    await someFiles();
    await importFolder(project, images());
    put('malignant/berta.dcm', ultrasound('Frieda', '15', 3));
    rmSync(join(images(), 'mass: "benign"/anna 1.dcm'));
    const result = await exportTo(join(root, 'out'));
    expect(result.written).toBe(1);
    expect(result.failed.map(({ code }) => code).sort()).toEqual(['file_changed', 'unreadable']);
    expect(readFileSync(join(root, 'out', 'report.html'), 'utf8')).not.toContain('Frieda');
  });

  it('rejects a folder with files, exports one split, and leaves nothing when cancelled', async () => {
    await someFiles();
    await importFolder(project, images());
    mkdirSync(join(root, 'full'));
    writeFileSync(join(root, 'full', 'notes.txt'), 'mine');
    await expect(exportTo(join(root, 'full'))).rejects.toMatchObject({ code: 'folder_not_empty' });
    await expect(exportTo(join(root, 'none'), { split: 'test' })).rejects.toMatchObject({ code: 'nothing_to_export' });
    const job = exports.start(project, deidentifiedOptionsSchema.parse({}), { folder: join(root, 'cancelled') });
    jobs.cancel(job.id);
    await expect(jobs.result(job.id)).rejects.toMatchObject({ code: 'cancelled' });
    expect(readdirSync(root).filter((name) => name.startsWith('cancelled') || name.startsWith('none'))).toEqual([]);
  });

  /** The same service over a decode pool that does something else. */
  function withPool(deidentify: DecodePool['deidentify']): void {
    const dataset = createDataset({ splits: createSplits(), pool });
    const reports = { offer: (file: string) => file };
    exports = createDeidentifiedExports({ dataset, pool: { deidentify }, jobs, reports, version: '0.1.0' });
  }

  it('ends on a full disk and leaves nothing; a crashing decoder costs only its file', async () => {
    await someFiles();
    await importFolder(project, images());
    let calls = 0;
    withPool(async (input) => {
      calls += 1;
      if (calls > 2) throw new FoveaError('disk_full', 'The disk is full.');
      return pool.deidentify(input);
    });
    await expect(exportTo(join(root, 'full disk'), { includeRisky: true })).rejects.toMatchObject({
      code: 'disk_full',
    });
    expect(readdirSync(root).filter((name) => name.startsWith('full disk'))).toEqual([]);

    calls = 0;
    withPool(async (input) => {
      calls += 1;
      if (calls !== 3) return pool.deidentify(input);
      writeFileSync(input.out, 'half a file');
      throw new FoveaError('decoder_crashed', 'The decoder was stopped while it read this file.');
    });
    const result = await exportTo(join(root, 'out'), { includeRisky: true });
    expect(result).toMatchObject({ written: 6, failed: [{ code: 'decoder_crashed' }] });
    expect(filesOf(join(root, 'out')).filter((path) => path.endsWith('.part'))).toEqual([]);
  });

  it('can be cancelled midway', async () => {
    await someFiles();
    await importFolder(project, images());
    let cancel = () => {};
    withPool(async (input) => {
      cancel();
      return pool.deidentify(input);
    });
    const job = exports.start(project, deidentifiedOptionsSchema.parse({}), { folder: join(root, 'stopped') });
    cancel = () => jobs.cancel(job.id);
    await expect(jobs.result(job.id)).rejects.toMatchObject({ code: 'cancelled' });
    expect(readdirSync(root).filter((name) => name.startsWith('stopped'))).toEqual([]);
  });
});
