import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processStart } from '../../process/process-mark';
import { acquireLock, type LockHolder } from '../../store/locks';
import { createEvents } from '../core/events';
import { createGrants } from '../core/grants';
import { createSettings } from '../core/settings';
import { keepLock, lockRuns } from './project-lock';
import { createProjects, folderName, type OpenProject, type Projects } from './projects';

let root: string;
let projects: Projects;
const start = () => createProjects({ userDataFolder: join(root, 'user data'), events: createEvents() });
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fovea projects ü '));
  projects = start();
});
afterEach(() => {
  projects.closeAll();
  rmSync(root, { recursive: true, force: true });
});

describe('projects', () => {
  it('are created in a new or empty folder and reopened by id after a restart', async () => {
    const project = await projects.create(join(root, 'deep', 'Brust [2026]'), 'Brust');
    expect(project.name).toBe('Brust');
    for (const name of ['project.sqlite', 'cache', 'runs', 'exports']) {
      expect(existsSync(join(project.folder, name))).toBe(true);
    }
    expect(projects.get(project.id)).toBe(project);
    mkdirSync(join(root, 'empty'));
    writeFileSync(join(root, 'empty', '.DS_Store'), '');
    const second = await projects.create(join(root, 'empty'));
    expect(second.name).toBe('empty');
    projects.closeAll();

    projects = start();
    const listed = await projects.list();
    expect(listed.map((one) => [one.name, one.available])).toEqual([
      ['empty', true],
      ['Brust', true],
    ]);
    expect(() => projects.get(project.id)).toThrow(/not open/);
    const again = await projects.reopen(project.id);
    expect([again.id, again.name, again.folder]).toEqual([project.id, 'Brust', project.folder]);
    expect((await projects.open(project.folder)).store).toBe(again.store);
    expect((await projects.list())[0]?.name).toBe('Brust');
  });

  it('are marked if their folder is missing, and found again where it moved', async () => {
    const project = await projects.create(join(root, 'one'), 'One');
    projects.close(project.id);
    renameSync(join(root, 'one'), join(root, 'moved'));
    expect((await projects.list()).map((one) => one.available)).toEqual([false]);
    await expect(projects.reopen(project.id)).rejects.toMatchObject({ code: 'project_missing' });
    expect((await projects.open(join(root, 'moved'))).name).toBe('One');
    await projects.forget(project.id);
    expect((await projects.list()).map((one) => one.folder)).toEqual([join(root, 'moved')]);
    await expect(projects.reopen(project.id)).rejects.toMatchObject({ code: 'project_unknown' });
    expect(existsSync(join(root, 'moved', 'project.sqlite'))).toBe(true);
  });

  it('open instead of being created a second time', async () => {
    const project = await projects.create(join(root, 'one'), 'One');
    const same = await projects.create(join(root, 'one'), 'Other name');
    expect(same.name).toBe('One');
    expect(same.store).toBe(project.store);
  });

  it('are rejected in unsuitable folders', async () => {
    mkdirSync(join(root, 'letters'));
    writeFileSync(join(root, 'letters', 'letter.txt'), 'dear');
    await expect(projects.create(join(root, 'letters'))).rejects.toMatchObject({ code: 'folder_not_empty' });
    expect(readFileSync(join(root, 'letters', 'letter.txt'), 'utf8')).toBe('dear');
    await expect(projects.create(join(root, 'letters', 'letter.txt'))).rejects.toMatchObject({ code: 'not_a_folder' });
    await expect(projects.create(join(root, 'letters', 'letter.txt', 'x'))).rejects.toMatchObject({
      code: 'project_unwritable',
    });
    await expect(projects.create('/proc/fovea')).rejects.toMatchObject({ code: 'project_unwritable' });
    await expect(projects.open(join(root, 'letters'))).rejects.toMatchObject({ code: 'not_a_project' });
    await expect(projects.open(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'not_a_project' });
    mkdirSync(join(root, 'damaged'));
    writeFileSync(join(root, 'damaged', 'project.sqlite'), 'x'.repeat(5000));
    await expect(projects.open(join(root, 'damaged'))).rejects.toMatchObject({ code: 'project_damaged' });
    writeFileSync(join(root, 'damaged', 'project.sqlite'), '');
    for (const way of ['open', 'create'] as const) {
      await expect(projects[way](join(root, 'damaged'))).rejects.toThrow(/is empty/);
    }
    expect(await projects.list()).toEqual([]);
  });

  it('survive a damaged or unwritable list', async () => {
    mkdirSync(join(root, 'user data'));
    writeFileSync(join(root, 'user data', 'recent-projects.json'), '{"not": "a list"');
    expect(await projects.list()).toEqual([]);
    await projects.create(join(root, 'one'));
    expect((await projects.list()).length).toBe(1);
    const readOnly = createProjects({ userDataFolder: '/proc/fovea', events: createEvents() });
    expect((await readOnly.open(join(root, 'one'))).name).toBe('one');
    readOnly.closeAll();
  });

  it('are not created if the path is too long, and nothing is left there', async () => {
    const deep = join(root, 'deep', ...Array.from({ length: 8 }, () => 'd'.repeat(100)));
    await expect(projects.create(deep)).rejects.toMatchObject({ code: 'path_too_long' });
    expect(existsSync(join(root, 'deep'))).toBe(false);
  });

  it('get folder names valid on every file system', async () => {
    expect(folderName(' a/b:c?  "x". ')).toBe('a b c x');
    expect(folderName('..')).toBe('project');
    expect(folderName('CON')).toBe('project CON');
    expect(folderName('Mamma – Studie №3')).toBe('Mamma – Studie №3');
    const project = await projects.createIn(root, 'Lung: 2026');
    expect(project.folder.endsWith('Lung 2026')).toBe(true);
    expect(project.name).toBe('Lung: 2026');
  });
});

describe('the lock on runs', () => {
  const long = 3_600_000;
  const file = (folder: string) => statSync(join(folder, 'project.sqlite'), { bigint: true });
  /** A row as written by another Fovea: on this host, by a living process (our parent), for this file. */
  const rowOf = (project: OpenProject, changes: Partial<LockHolder> = {}): LockHolder => ({
    token: 'other',
    host: hostname(),
    pid: process.ppid,
    started: processStart(process.ppid),
    place: `${file(project.folder).dev}:${file(project.folder).ino}`,
    at: Date.now(),
    ...changes,
  });
  const putRow = (project: OpenProject, changes: Partial<LockHolder> = {}) =>
    acquireLock(project.store, 'runs', rowOf(project, changes), () => false);

  it('excludes another living process, but not this one', async () => {
    const project = await projects.create(join(root, 'one'));
    const first = lockRuns(project);
    const second = lockRuns(project);
    const holderNow = () => acquireLock(project.store, 'runs', rowOf(project), () => true);
    expect(holderNow()?.pid).toBe(process.pid);
    first.release();
    first.release();
    expect(holderNow()?.pid).toBe(process.pid);
    second.release();
    expect(holderNow()).toBeNull();
    expect(() => lockRuns(project)).toThrow(/Another Fovea/);
  });

  it('is kept by a living process of this host, whatever the clock says', async () => {
    const project = await projects.create(join(root, 'one'));
    for (const at of [Date.now() - long, Date.now() + long, 0]) {
      putRow(project, { at });
      expect(() => lockRuns(project)).toThrow(/Another Fovea/);
    }
    // As written by an earlier version.
    putRow(project, { at: 0, started: null, place: null });
    expect(() => lockRuns(project)).toThrow(/Another Fovea/);
  });

  it('is taken over from a process that is gone, or whose pid belongs to another one now', async () => {
    const project = await projects.create(join(root, 'one'));
    putRow(project, { pid: spawnSync(process.execPath, ['-e', '']).pid });
    lockRuns(project).release();
    if (processStart(process.pid) === null) return;
    putRow(project, { started: '01234567' });
    lockRuns(project).release();
  });

  it('expires if another host is silent for ten minutes', async () => {
    const project = await projects.create(join(root, 'one'));
    putRow(project, { host: 'elsewhere', pid: 1 });
    expect(() => lockRuns(project)).toThrow(/Another Fovea/);
    putRow(project, { host: 'elsewhere', pid: 1, at: Date.now() - long });
    lockRuns(project).release();
  });

  it('is not copied with the project', async () => {
    const original = await projects.create(join(root, 'one'));
    putRow(original);
    original.store.run('PRAGMA wal_checkpoint(TRUNCATE)');
    cpSync(original.folder, join(root, 'copy'), { recursive: true });
    const copy = await projects.open(join(root, 'copy'));
    expect(copy.store.column('SELECT pid FROM locks')).toEqual([process.ppid]);
    lockRuns(copy).release();
    expect(() => lockRuns(original)).toThrow(/Another Fovea/);
  });

  it('is retaken if lost and free, and given up if another Fovea has it', async () => {
    const project = await projects.create(join(root, 'one'));
    const lock = lockRuns(project);
    project.store.run('DELETE FROM locks');
    keepLock(project.store);
    expect(lock.lost.aborted).toBe(false);
    expect(project.store.column('SELECT pid FROM locks')).toEqual([process.pid]);
    putRow(project);
    keepLock(project.store);
    expect(lock.lost.reason).toMatchObject({ code: 'lock_lost' });
    lock.release();
    expect(project.store.column('SELECT pid FROM locks')).toEqual([process.ppid]);
  });
});

describe('settings', () => {
  it('are stored, merged, and set aside if the file is damaged', async () => {
    const folder = join(root, 'user');
    const settings = createSettings(folder);
    expect(await settings.get()).toMatchObject({ theme: 'dark', lastScreen: 'projects' });
    await Promise.all([settings.set({ theme: 'light' }), settings.set({ lastScreen: 'train' })]);
    expect(await createSettings(folder).get()).toMatchObject({ theme: 'light', lastScreen: 'train' });
    writeFileSync(join(folder, 'settings.json'), '{"theme":"pink"}');
    expect((await createSettings(folder).get()).theme).toBe('dark');
    expect(existsSync(join(folder, 'settings.json.damaged'))).toBe(true);
    await expect(createSettings('/proc/fovea').set({ theme: 'light' })).rejects.toMatchObject({
      code: 'settings_unwritable',
    });
  });
});

describe('grants', () => {
  it('stand for a path without revealing it', () => {
    const grants = createGrants();
    const { grant, name } = grants.add(join(root, 'a', '..', 'b.dcm'));
    expect(name).toBe('b.dcm');
    expect(grants.path(grant)).toBe(join(root, 'b.dcm'));
    expect(() => grants.path(join(root, 'b.dcm'))).toThrow(/no longer avai/);
    expect(() => grants.add('relative')).toThrow();
  });
});
