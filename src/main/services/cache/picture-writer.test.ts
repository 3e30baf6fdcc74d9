import { existsSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FoveaError } from '#shared/ipc/errors';
import { append, type PackEnd, type Span } from '../../packs/append';
import { readPlace } from '../../packs/place';
import { setCachedPicture } from '../../store/packs';
import { cacheFolder, packPath, packsFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { addImages, openTestProject, type TestProject } from '../test-support/project';
import { areCached, findRasters, THUMBNAIL } from './find-pictures';
import { PictureWriter } from './picture-writer';

let opened: TestProject;
let project: OpenProject;
beforeEach(async () => {
  opened = await openTestProject();
  ({ project } = opened);
});
afterEach(() => opened.close());

const hashOf = (index: number) => index.toString(16).padStart(64, '0');
const bytesOf = (text: string) => new TextEncoder().encode(text);

const addRow = (index: number) => addImages(project, 1, () => ({ hash: hashOf(index) }))[0] as number;

/** Caches a raster and a thumbnail as an import does. */
async function cache(writer: PictureWriter, image: number, text: string): Promise<void> {
  const { pack, spans } = await writer.write(async (into) => append(into, [bytesOf(text), bytesOf('small')]));
  await writer.flush();
  project.store.transaction(() => {
    setCachedPicture(project.store, image, 'square', { pack, ...(spans[0] as Span) });
    setCachedPicture(project.store, image, THUMBNAIL, { pack, ...(spans[1] as Span) });
  });
}

const read = (image: number): string | null => {
  const [place] = findRasters(project, 'square', [{ image, hash: hashOf(image) }]);
  return place == null ? null : readPlace(place).toString();
};
const packs = () => readdirSync(packsFolder(project.folder));

it('appends to one pack after another import, behind what is recorded, and cuts off the rest', async () => {
  const ids = [addRow(1), addRow(2)] as const;
  const first = new PictureWriter(project);
  await cache(first, ids[0], 'first');
  // Appended, but never recorded.
  await first.write(async (into) => append(into, [bytesOf('torn')]));
  await first.close();
  expect(packs()).toHaveLength(1);
  expect(statSync(packPath(project.folder, packs()[0] ?? '')).size).toBe('firstsmalltorn'.length);

  const second = new PictureWriter(project);
  await cache(second, ids[1], 'second');
  await second.close();
  expect(packs()).toHaveLength(1);
  expect(statSync(packPath(project.folder, packs()[0] ?? '')).size).toBe('firstsmallsecondsmall'.length);
  expect(ids.map(read)).toEqual(['first', 'second']);
  expect(areCached(project, [{ image: ids[1], hash: hashOf(2) }])).toBe(true);
});

it('lets no two appends into one pack at a time, in one process or in several', async () => {
  const [one, other] = [new PictureWriter(project), new PictureWriter(project)];
  const busy = new Set<string>();
  const work = async ({ file, offset }: PackEnd) => {
    expect(busy.has(file)).toBe(false);
    busy.add(file);
    await new Promise((resolve) => setImmediate(resolve));
    busy.delete(file);
    return append({ file, offset }, [bytesOf('x')]);
  };
  await Promise.all(Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? one : other).write(work)));
  // At most eight each.
  expect(packs().length).toBeLessThanOrEqual(16);
  const owners = project.store.column<string>('SELECT owner FROM packs');
  expect(owners.every((owner) => JSON.parse(owner).pid === process.pid)).toBe(true);
  await Promise.all([one.close(), other.close()]);
  expect(project.store.column('SELECT count(*) FROM packs WHERE owner IS NOT NULL')).toEqual([0]);
  // A process of another machine may still be appending.
  project.store.run(`UPDATE packs SET owner = '{"host":"elsewhere","pid":1,"started":null}'`);
  const before = packs().length;
  const third = new PictureWriter(project);
  await third.write(work);
  await third.close();
  expect(packs()).toHaveLength(before + 1);
});

it('never appends again where a decode host may still be writing', async () => {
  const writer = new PictureWriter(project);
  const files: string[] = [];
  const failing = (code: string) =>
    writer.write(async ({ file }): Promise<{ end: number }> => {
      files.push(file);
      throw new FoveaError(code, code);
    });
  await expect(failing('damaged')).rejects.toMatchObject({ code: 'damaged' });
  await expect(failing('deadline')).rejects.toMatchObject({ code: 'deadline' });
  await writer.write(async (into) => {
    files.push(into.file);
    return append(into, [bytesOf('x')]);
  });
  expect(files[1]).toBe(files[0]);
  expect(files[2]).not.toBe(files[0]);
  await writer.close();
});

it('survives the deletion of the cache, and of a part of a pack', async () => {
  const ids = [addRow(1), addRow(2), addRow(3)] as const;
  const writer = new PictureWriter(project);
  await cache(writer, ids[0], 'first');
  rmSync(cacheFolder(project.folder), { recursive: true });
  expect(read(ids[0])).toBeNull();
  await cache(writer, ids[1], 'second');
  await writer.close();
  expect(ids.map(read)).toEqual([null, 'second', null]);

  truncateSync(packPath(project.folder, packs()[0] ?? ''), 3);
  expect(read(ids[1])).toBeNull();
  const next = new PictureWriter(project);
  await cache(next, ids[2], 'third');
  await next.close();
  expect(ids.map(read)).toEqual([null, null, 'third']);
  expect(packs()).toHaveLength(2);
});

it('deletes packs of which nothing is used any more', async () => {
  const image = addRow(1);
  const first = new PictureWriter(project);
  await cache(first, image, 'first');
  const [old = ''] = packs();
  // The next writer cannot claim the pack, so the same image gets another place.
  project.store.run('UPDATE packs SET bytes = 1 << 30');
  const second = new PictureWriter(project);
  await cache(second, image, 'again');
  expect(packs()).toHaveLength(2);
  await Promise.all([first.close(), second.close()]);
  const third = new PictureWriter(project);
  await cache(third, addRow(2), 'next');
  await third.close();
  expect(existsSync(packPath(project.folder, old))).toBe(false);
  expect(read(image)).toBe('again');
});

it('refuses bytes other than those that were recorded', async () => {
  const image = addRow(1);
  const writer = new PictureWriter(project);
  await cache(writer, image, 'first');
  const [place] = findRasters(project, 'square', [{ image, hash: hashOf(1) }]);
  append({ file: place?.file ?? '', offset: 0 }, [bytesOf('fIrst')]);
  expect(() => read(image)).toThrow('not those that were recorded');
  await writer.close();
});
