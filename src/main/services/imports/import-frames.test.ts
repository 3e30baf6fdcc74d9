import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FrameChoice } from '#shared/models/dataset';
import { dicomFile, imageModule, type TestElement } from '../../ingest/test-support/dicom-bytes';
import type { Dataset } from '../dataset/dataset';
import { createPictures } from '../dataset/pictures';
import { cacheFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { collectSamples, hashSamples } from '../run-records/run-samples';
import type { Splits } from '../splits/splits';
import { cachedRaster } from '../test-support/cached-pictures';
import { type ImportProject, openImportProject } from '../test-support/import-project';

let opened: ImportProject;
let root: string;
let project: OpenProject;
let splits: Splits;
let dataset: Dataset;

beforeEach(async () => {
  opened = await openImportProject();
  ({ root, project, splits, dataset } = opened);
});
afterEach(() => opened.close());

const ROWS = 6;
const COLUMNS = 8;

/** Frame i is filled with 10 (i + 1), except that its first pixel is 0 and its last 255, for the full range. */
function frameBytes(frame: number, seed: number): Buffer {
  const bytes = Buffer.alloc(ROWS * COLUMNS, 10 * (frame + 1));
  bytes[0] = 0;
  bytes[1] = seed;
  bytes[bytes.length - 1] = 255;
  return bytes;
}

function put(
  path: string,
  {
    frames,
    present = frames,
    cut = false,
    seed = 1,
    patient,
  }: { frames: number; present?: number; cut?: boolean; seed?: number; patient?: string },
): string {
  const file = join(root, 'images', path);
  mkdirSync(join(file, '..'), { recursive: true });
  // A truncated file ends inside the frame after the complete ones.
  const written = Array.from({ length: cut ? present + 1 : present }, (_, frame) => frameBytes(frame, seed));
  const pixels = Buffer.concat(written);
  const identity: TestElement[] = patient === undefined ? [] : [['00100020', 'LO', patient]];
  writeFileSync(
    file,
    dicomFile([
      ['00080060', 'CS', 'XA'],
      ...identity,
      ...imageModule({ rows: ROWS, columns: COLUMNS, frames }),
      ['7fe00010', 'OW', pixels],
    ]).subarray(0, cut ? -10 : undefined),
  );
  return file;
}

async function importAll(frames: FrameChoice, more: object = {}) {
  const { result } = await opened.importAll([join(root, 'images')], { frames, ...more });
  return result;
}

const listed = () => dataset.images(project, dataset.ids(project, {}, 'path'));
const pictures = () => createPictures(opened);

/** The grey level in the middle of a frame, from the picture sent to the window. */
async function level(png: Promise<Uint8Array>): Promise<number | undefined> {
  const { data, info } = await sharp(await png)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return data[(2 * COLUMNS + 3) * info.channels];
}

describe('frames of multi-frame files', () => {
  it.each<[FrameChoice, number[]]>([
    [{ kind: 'first' }, [0]],
    [{ kind: 'middle' }, [2]],
    [{ kind: 'every', step: 2 }, [0, 2, 4]],
    [{ kind: 'all' }, [0, 1, 2, 3, 4]],
  ])('for %j are the frames %j, each with its own pixels', async (choice, frames) => {
    put('a/cine.dcm', { frames: 5 });
    const result = await importAll(choice);
    expect(result).toMatchObject({ added: frames.length, duplicates: 0, skipped: [], classes: { a: frames.length } });
    expect(result.warnings.join('\n')).toContain('1 multi-frame file');
    expect(listed().map((one) => [one.frame, one.frames])).toEqual(frames.map((frame) => [frame, 5]));
    for (const [index, { id }] of listed().entries()) {
      const own = 10 * ((frames[index] ?? 0) + 1);
      expect(await level(pictures().raster(project, id))).toBe(own);
      expect(await level(pictures().display(project, id, { frame: null, window: null, invert: false }))).toBe(own);
      // The inspector shows the other frames of the file.
      expect(await level(pictures().display(project, id, { frame: 4, window: null, invert: false }))).toBe(50);
    }
    const { hash } = dataset.sourceFile(project, listed()[0]?.id ?? 0);
    const levels = frames.map((frame) => cachedRaster(project, hash, frame)?.data[2 * COLUMNS + 3]);
    expect(levels).toEqual(frames.map((frame) => 10 * (frame + 1)));
  });

  it('are rebuilt from their own frame after the cache is deleted', async () => {
    put('a/cine.dcm', { frames: 3 });
    await importAll({ kind: 'all' });
    rmSync(cacheFolder(project.folder), { recursive: true });
    const last = listed().at(-1)?.id ?? 0;
    expect(await level(pictures().raster(project, last))).toBe(30);
    const thumbnail = await sharp(await pictures().thumbnail(project, last))
      .raw()
      .toBuffer();
    expect(Math.abs((thumbnail[3 * COLUMNS + 3] ?? 0) - 30)).toBeLessThan(12);
    expect((await importAll({ kind: 'all' })).duplicates).toBe(3);
    const { hash } = dataset.sourceFile(project, last);
    const levels = [0, 1, 2].map((frame) => cachedRaster(project, hash, frame)?.data[2 * COLUMNS + 3]);
    expect(levels).toEqual([10, 20, 30]);
  });

  it('are one image each, however often and in whichever selection they are imported', async () => {
    put('a/cine.dcm', { frames: 5 });
    expect(await importAll({ kind: 'first' })).toMatchObject({ added: 1, duplicates: 0 });
    expect(await importAll({ kind: 'every', step: 2 })).toMatchObject({ added: 2, duplicates: 1 });
    expect(await importAll({ kind: 'all' })).toMatchObject({ added: 2, duplicates: 3 });
    expect(await importAll({ kind: 'all' })).toMatchObject({ added: 0, duplicates: 5 });
    expect(await importAll({ kind: 'first' })).toMatchObject({ added: 0, duplicates: 1 });
    expect(listed()).toHaveLength(5);
  });

  it('share the group of their file: its patient, else the file itself', async () => {
    for (let file = 0; file < 10; file++) {
      const label = file % 2 === 0 ? 'a' : 'b';
      put(`${label}/unnamed ${file}.dcm`, { frames: 4, seed: file + 1 });
    }
    for (let file = 0; file < 4; file++) {
      put(`${file % 2 === 0 ? 'a' : 'b'}/named ${file}.dcm`, {
        frames: 4,
        seed: file + 101,
        patient: `P${file < 2 ? 1 : 2}`,
      });
    }
    const result = await importAll({ kind: 'all' });
    expect(result).toMatchObject({ added: 56, patients: 2, withoutPatient: 40 });
    const split = splits.split(project, { validation: 0.3, test: 0.3, seed: 3, group: 'patient' });
    expect(split.groupsAcrossSplits).toBe(0);
    const parts = new Map<string, Set<string | null>>();
    for (const { path, split: part } of listed()) parts.set(path, (parts.get(path) ?? new Set()).add(part));
    expect(parts.size).toBe(14);
    for (const of of parts.values()) expect(of.size).toBe(1);

    const samples = collectSamples(project, ['a', 'b']);
    expect(samples.filter((one) => one.frame === 3)).toHaveLength(14);
    const before = hashSamples(samples, ['a', 'b']);
    const swapped = samples.map((one) => (one.frame === 3 ? { ...one, frame: 4 } : one));
    expect(hashSamples(swapped, ['a', 'b']).dataset).not.toBe(before.dataset);
  });

  it('keep the group if a later import knows another patient, or a first one', async () => {
    put('p7/cine.dcm', { frames: 3, seed: 9 });
    put('p8/cine.dcm', { frames: 3, seed: 10 });
    await importAll({ kind: 'first' }, { groupPattern: '^(p7)/' });
    await importAll({ kind: 'all' }, { groupPattern: '^(p\\d)/' });
    const patients = new Map<string, Set<number | null>>();
    for (const { path, patient } of listed()) patients.set(path, (patients.get(path) ?? new Set()).add(patient));
    expect([...patients.values()].map((one) => one.size)).toEqual([1, 1]);
    expect(patients.get('p7/cine.dcm')).not.toEqual(patients.get('p8/cine.dcm'));
  });

  it('missing at the end are one line of the result, and the others are imported', async () => {
    put('a/cut.dcm', { frames: 5, present: 3, cut: true });
    const result = await importAll({ kind: 'all' });
    expect(result.added).toBe(3);
    expect(result.skipped).toEqual([
      {
        path: 'a/cut.dcm',
        code: 'truncated',
        message: expect.stringMatching(/^1 of 5 frames, the first of them frame 4: /),
      },
    ]);
  });

  it('are those that a complete file contains, whatever its header says', async () => {
    put('a/more.dcm', { frames: 5, present: 3 });
    const result = await importAll({ kind: 'all' });
    expect([result.added, result.skipped]).toEqual([3, []]);
    expect(result.warnings).toContain(
      'Number of Frames is 5, but the pixel data contains 3 frames; the frames present are read.',
    );
  });

  it('are not trusted to a header that claims two billion', async () => {
    put('a/many.dcm', { frames: 2_000_000_000, present: 2, cut: true });
    expect((await importAll({ kind: 'all' })).skipped.map((one) => one.code)).toEqual(['too_large']);
    expect((await importAll({ kind: 'every', step: 10_000 })).skipped.map((one) => one.code)).toEqual(['too_large']);
    expect((await importAll({ kind: 'middle' })).skipped.map((one) => one.code)).toEqual(['truncated']);
    expect((await importAll({ kind: 'first' })).added).toBe(1);
  });
});
