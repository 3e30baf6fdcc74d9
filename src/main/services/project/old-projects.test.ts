import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeRaster } from '#shared/imaging/raster';
import { resizeBilinear } from '#shared/imaging/resize';
import { requests } from '#shared/ipc/contract';
import type { DecodePool } from '../../decode-host/client';
import { decodeJobs } from '../../decode-host/jobs';
import { seededRandom } from '../../ingest/test-support/random';
import { migrations } from '../../store/migrations';
import { createEvents } from '../core/events';
import { createDataset, type Dataset } from '../dataset/dataset';
import { recordVersion } from '../dataset/dataset-versions';
import { createDuplicates, type Duplicates } from '../duplicates/duplicates';
import { createLabels, type Labels } from '../labels/labels';
import { listRuns } from '../runs/run-store';
import { createSplits, type Splits } from '../splits/splits';
import { inThisThread } from '../test-support/in-this-thread';
import { databasePath, RASTERS_AS_STORED, rasterPath } from './project-paths';
import { createProjects, type OpenProject, type Projects } from './projects';

const pool: DecodePool = { ...decodeJobs, dispose: async () => {} };

let root: string;
let projects: Projects;
let splits: Splits;
let labels: Labels;
let dataset: Dataset;
let duplicates: Duplicates;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fovea-old-'));
  const events = createEvents();
  projects = createProjects({ userDataFolder: join(root, 'user'), events });
  splits = createSplits();
  labels = createLabels();
  dataset = createDataset({ splits, pool });
  duplicates = createDuplicates({ events, pool, background: inThisThread() });
});
afterEach(() => {
  projects.closeAll();
  rmSync(root, { recursive: true, force: true });
});

type Row = Readonly<Record<string, unknown>>;

/** Writes the project as that version did and returns its content by table. */
function writeProject(version: number): Map<string, Row[]> {
  const folder = join(root, 'project');
  mkdirSync(folder);
  const database = new DatabaseSync(databasePath(folder));
  database.exec(readFileSync(join(import.meta.dirname, `../../store/test-support/version-${version}.sql`), 'utf8'));
  const tables: { name: string }[] = database
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`)
    .all();
  const rows = new Map(tables.map(({ name }) => [name, database.prepare(`SELECT * FROM ${name}`).all() as Row[]]));
  database.close();
  return rows;
}

const [WIDTH, HEIGHT] = [80, 60];

/** A smooth image, different for every seed. */
function picture(seed: number): Uint8Array {
  const random = seededRandom(seed);
  const coarse = Uint8Array.from({ length: 12 * 9 }, () => random() * 256);
  return resizeBilinear({ width: 12, height: 9, channels: 1, data: coarse }, WIDTH, HEIGHT).data;
}

const mirrored = (data: Uint8Array): Uint8Array =>
  data.map((_, at) => data[at - (at % WIDTH) + WIDTH - 1 - (at % WIDTH)] as number);

/**
 * Writes rasters under their name from before pixels were made square. Each image differs, except that the first two are
 * equal and 8 is 3 mirrored.
 */
function writeRasters(project: OpenProject): void {
  for (const { id, hash, frame } of project.store.all<{ id: number; hash: string; frame: number }>(
    'SELECT id, hash, frame FROM images',
  )) {
    const data = id === 8 ? mirrored(picture(3)) : picture(Math.max(2, id));
    const path = rasterPath(project.folder, hash, RASTERS_AS_STORED, frame);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, encodeRaster({ width: WIDTH, height: HEIGHT, channels: 1, data }));
  }
}

describe.each([1, 2, 3])('a project of version %i of the schema', (version) => {
  it('opens with every row, after a backup', async () => {
    const before = writeProject(version);
    const project = await projects.open(join(root, 'project'));
    expect(project.store.column('PRAGMA user_version')).toEqual([migrations.at(-1)?.version]);
    expect(project.store.column('PRAGMA foreign_key_check')).toEqual([]);
    expect(project.store.column('PRAGMA integrity_check')).toEqual(['ok']);
    expect(before.size).toBeGreaterThan(12);
    for (const [table, rows] of before) {
      const [first] = rows;
      if (first === undefined) continue;
      const after = project.store.all<Row>(`SELECT ${Object.keys(first).join(', ')} FROM ${table}`);
      expect(after, table).toEqual(rows);
    }
    expect(existsSync(`${databasePath(project.folder)}.before-version-${migrations.at(-1)?.version}`)).toBe(true);
  });

  it('works like any other: counts, filters, duplicates, split, undo, versions, runs', async () => {
    writeProject(version);
    const project = await projects.open(join(root, 'project'));
    writeRasters(project);
    const summary = requests['dataset.summary'].output.omit({ review: true }).parse(dataset.summary(project));
    expect(summary).toMatchObject({
      images: 7,
      unlabelled: 2,
      patients: 3,
      studies: 2,
      classes: [
        { label: 'benign', images: 3, patients: 2 },
        { label: 'malignant', images: 2, patients: 1 },
      ],
      split: { id: 2, seed: 42, group: 'patient', counts: { train: { benign: 2 } } },
      lastImport: { added: 8, moved: 0, skipped: [{ path: 'benign/notes.txt', code: 'not_an_image' }] },
      version: null,
      canUndo: true,
    });
    expect(dataset.ids(project, {}, 'path')).toEqual([1, 2, 3, 4, 6, 7, 8]);
    for (const sort of ['label', 'split', 'patient', 'added'] as const) {
      expect([...dataset.ids(project, {}, sort)].sort()).toEqual([1, 2, 3, 4, 6, 7, 8]);
    }
    expect(dataset.ids(project, { split: 'train', label: 'benign' }, 'path')).toEqual([1, 2]);
    requests['dataset.images'].output.parse({ images: dataset.images(project, [1, 2, 3, 4, 5, 6, 7, 8]) });
    const detail = requests['dataset.image'].output.parse(await dataset.image(project, 3));
    expect(detail.labelHistory.map(({ label, source }) => [label, source])).toEqual([
      ['malignant', 'folder'],
      ['benign', 'user'],
    ]);

    // Described from the cache: the sources of this project are nowhere.
    await duplicates.search(project);
    const groups = duplicates.groups(project);
    expect(groups.map(({ kind, images, kept, alignment }) => [kind, images, kept, alignment])).toEqual([
      ['exact', [1, 2], version >= 2, null],
      // Confirmed by the pixels of both.
      ['near', [3, 8], false, 'mirrored'],
    ]);

    const made = splits.split(project, { validation: 0.2, test: 0.2, seed: 1, group: 'patient' });
    requests['dataset.split'].output.parse(made);
    expect(made.groupsAcrossSplits).toBe(0);
    expect(labels.undo(project)).toMatchObject({ changed: 1, description: 'Remove 1 image' });
    expect(labels.undo(project)).toMatchObject({ changed: 1, description: 'Label 1 image “benign”' });
    expect(dataset.images(project, [3, 5]).map(({ label }) => label)).toEqual(['malignant', 'malignant']);
    expect(await recordVersion(project, null)).toMatchObject({ number: 1, images: 8, added: 8 });
    expect((await listRuns(project, () => false)).map(({ name, experiment }) => [name, experiment])).toEqual([
      ['First run', null],
    ]);
  });
});
