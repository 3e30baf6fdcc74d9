import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FoveaError } from '#shared/ipc/errors';
import { duplicatePairs, undescribedImages } from './duplicates';
import { migrations } from './migrations';
import { createProjectStore, isPathForSqlite, joinProjectStore, openProjectStore, type ProjectStore } from './open';
import { currentSplit } from './splits';
import { mountTinyDisk, type TinyDisk } from './test-support/tiny-disk';
import { mountUnpluggableDisk, type UnpluggableDisk } from './test-support/unpluggable-disk';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fovea store ü '));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = () => join(folder, 'project.sqlite');

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof FoveaError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('openProjectStore', () => {
  it('creates a database in WAL mode that syncs fully and checks references', () => {
    const store = createProjectStore(file());
    expect(store.column('PRAGMA journal_mode')).toEqual(['wal']);
    expect(store.column('PRAGMA synchronous')).toEqual([2]);
    expect(store.column('PRAGMA foreign_keys')).toEqual([1]);
    expect(store.column('PRAGMA user_version')).toEqual([migrations.at(-1)?.version]);
    expect(() =>
      store.run(`INSERT INTO labels (image_id, class_id, source, at) VALUES (99, NULL, 'user', '')`),
    ).toThrow(/FOREIGN KEY/);
    store.close();
  });

  it('keeps what was stored, and nothing of a failed transaction', () => {
    const store = createProjectStore(file());
    store.transaction(() => store.run(`INSERT INTO classes (name) VALUES ('benign')`));
    expect(() =>
      store.transaction(() => {
        store.run(`INSERT INTO classes (name) VALUES ('malignant')`);
        // Joins the outer transaction, and so goes with it.
        store.transaction(() => store.run(`INSERT INTO classes (name) VALUES ('normal')`));
        throw new Error('stop');
      }),
    ).toThrow('stop');
    store.close();
    const again = openProjectStore(file());
    expect(again.column('SELECT name FROM classes')).toEqual(['benign']);
    again.close();
  });

  it('lets two processes read and write one project', () => {
    const one = createProjectStore(file());
    const other = openProjectStore(file());
    one.run(`INSERT INTO classes (name) VALUES ('a')`);
    other.run(`INSERT INTO classes (name) VALUES ('b')`);
    expect(one.column('SELECT count(*) FROM classes')).toEqual([2]);
    one.close();
    other.close();
  });

  it('migrates a database of the previous version, after a backup that still opens', () => {
    const before = createProjectStore(file());
    before.run(`INSERT INTO classes (name) VALUES ('benign')`);
    before.close();
    const version = (migrations.at(-1)?.version ?? 0) + 1;
    const steps = [...migrations, { version, sql: 'ALTER TABLE classes ADD COLUMN colour TEXT' }];
    const store = openProjectStore(file(), steps);
    expect(store.all('SELECT name, colour FROM classes')).toEqual([{ name: 'benign', colour: null }]);
    store.close();
    const backup = new DatabaseSync(`${file()}.before-version-${version}`);
    expect(backup.prepare('SELECT name FROM classes').all()).toEqual([{ name: 'benign' }]);
    expect(backup.prepare('PRAGMA user_version').get()).toEqual({ user_version: version - 1 });
    backup.close();
    expect(codeOf(() => openProjectStore(file()))).toBe('project_newer');
  });

  it('migrates a project of version 1 with its images, labels and splits', () => {
    const old = createProjectStore(file(), migrations.slice(0, 1));
    old.run(`INSERT INTO classes (name) VALUES ('benign')`);
    old.run(`INSERT INTO sources (folder, added_at) VALUES ('/images', '')`);
    for (const path of ['a.png', 'b.png']) {
      old.run(
        `INSERT INTO images (hash, source_id, path, path_key, file_bytes, kind, width, height, frames, colour, range_min,
           range_max, label_id, split, added_at) VALUES (?, 1, ?, ?, 9, 'png', 4, 4, 1, 0, 0, 255, 1, 'train', '')`,
        `hash of ${path}`,
        path,
        path,
      );
    }
    old.run(
      `INSERT INTO splits (seed, grouping, validation, test, created_at, warnings, is_current)
       VALUES (42, 'patient', 0.2, 0.2, '', '[]', 1)`,
    );
    old.close();
    const store = createProjectStore(file());
    expect(store.column('PRAGMA user_version')).toEqual([migrations.at(-1)?.version]);
    expect(store.all('SELECT path, label_id, split FROM images')).toEqual([
      { path: 'a.png', label_id: 1, split: 'train' },
      { path: 'b.png', label_id: 1, split: 'train' },
    ]);
    expect(currentSplit(store)).toMatchObject({ seed: 42, grouping: 'patient', keepDuplicates: false });
    expect(undescribedImages(store).map(({ id }) => id)).toEqual([1, 2]);
    expect(duplicatePairs(store)).toEqual([]);
    store.close();
  });

  it('keeps the old version if a migration fails', () => {
    createProjectStore(file()).close();
    const version = (migrations.at(-1)?.version ?? 0) + 1;
    const steps = [...migrations, { version, sql: 'CREATE TABLE half (x); THIS IS NOT SQL' }];
    expect(() => openProjectStore(file(), steps)).toThrow();
    const store = openProjectStore(file());
    expect(store.all(`SELECT 1 FROM sqlite_schema WHERE name = 'half'`)).toEqual([]);
    store.close();
  });

  it('explains what is wrong with a file that is not a project database', () => {
    writeFileSync(file(), 'these are notes of mine, not a database, and they go on for a while. '.repeat(50));
    expect(codeOf(() => openProjectStore(file()))).toBe('project_damaged');
    rmSync(file());
    const foreign = new DatabaseSync(file());
    foreign.exec('CREATE TABLE bookmarks (url)');
    foreign.close();
    expect(codeOf(() => openProjectStore(file()))).toBe('project_damaged');
  });

  it.each([
    ['has no bytes', () => writeFileSync(file(), '')],
    [
      'has no tables',
      () => {
        const database = new DatabaseSync(file());
        database.exec('PRAGMA journal_mode = WAL; PRAGMA user_version = 0');
        database.exec('CREATE TABLE gone (x); DROP TABLE gone');
        database.close();
      },
    ],
    [
      'has our mark and no tables',
      () => {
        const database = new DatabaseSync(file());
        database.exec(`PRAGMA application_id = ${0x464f5645}; PRAGMA user_version = ${migrations.at(-1)?.version}`);
        database.close();
      },
    ],
  ])('rejects a database that %s, and leaves it and its log unchanged', (_, damage) => {
    damage();
    writeFileSync(`${file()}-wal`, 'what was written last');
    const before = readFileSync(file());
    expect(() => openProjectStore(file())).toThrow(/project.sqlite is empty/);
    expect(codeOf(() => openProjectStore(file()))).toBe('project_damaged');
    expect(readFileSync(file())).toEqual(before);
    if (before.length === 0) expect(readFileSync(`${file()}-wal`, 'utf8')).toBe('what was written last');
  });

  it('names a backup in place of an empty or damaged database only if there is one', () => {
    const hint = () => {
      try {
        openProjectStore(file());
        return null;
      } catch (error) {
        return (error as { hint?: string }).hint;
      }
    };
    writeFileSync(file(), '');
    expect(hint()).toMatch(/replace project.sqlite with a copy\. /);
    for (const version of [2, 10, 9]) writeFileSync(`${file()}.before-version-${version}`, 'a copy');
    expect(hint()).toMatch(/such as project.sqlite.before-version-10 in the project folder\./);
    const overwritten = () => writeFileSync(file(), 'no database, but long enough to be looked at as one. '.repeat(50));
    const foreign = () => {
      rmSync(file());
      const database = new DatabaseSync(file());
      database.exec('CREATE TABLE bookmarks (url)');
      database.close();
    };
    for (const damage of [overwritten, foreign]) {
      damage();
      expect(hint()).toMatch(/: project\.sqlite\.before-version-10 in the project folder is Fovea's newest/);
    }
    for (const version of [2, 10, 9]) rmSync(`${file()}.before-version-${version}`);
    for (const damage of [overwritten, foreign]) {
      damage();
      expect(hint()).toMatch(/^Replace project.sqlite with a copy from your own backup/);
      expect(hint()).not.toContain('before-version');
    }
  });

  it('detects a database with overwritten pages', () => {
    const store = createProjectStore(file());
    store.transaction(() => {
      for (let i = 0; i < 5000; i++) store.run('INSERT INTO classes (name) VALUES (?)', `class ${i}`);
    });
    store.close();
    expect(existsSync(`${file()}-wal`) ? statSync(`${file()}-wal`).size : 0).toBe(0);
    const bytes = readFileSync(file());
    bytes.fill(0x5a, 4096 * 20, bytes.length - 4096);
    writeFileSync(file(), bytes);
    expect(codeOf(() => openProjectStore(file()))).toBe('project_damaged');
  });

  it('reports a path too long for SQLite, which accepts 504 bytes', () => {
    // 512 bytes (os_unix.c, MAX_PATHNAME) less `-journal`; 504 opens and 505 does not.
    const place = (bytes: number): string => {
      let path = folder;
      while (bytes - Buffer.byteLength(path) > 150) path = join(path, 'd'.repeat(100));
      path = join(path, 'e'.repeat(bytes - Buffer.byteLength(path) - '//project.sqlite'.length));
      mkdirSync(path, { recursive: true });
      return join(path, 'project.sqlite');
    };
    expect(Buffer.byteLength(place(504))).toBe(504);
    expect(codeOf(() => createProjectStore(place(504)).close())).toBe('no error');
    expect(codeOf(() => openProjectStore(place(504)).close())).toBe('no error');
    expect(codeOf(() => createProjectStore(place(505)))).toBe('path_too_long');
    expect(isPathForSqlite(`C:\\${'ü'.repeat(248)}`, 'win32')).toBe(true);
    expect(isPathForSqlite(`C:\\${'ü'.repeat(249)}`, 'win32')).toBe(false);
  });

  it('reports an unwritable folder', () => {
    expect(codeOf(() => createProjectStore('/proc/self/fovea/project.sqlite'))).toBe('project_unwritable');
    writeFileSync(join(folder, 'a file'), '');
    expect(codeOf(() => createProjectStore(join(folder, 'a file', 'project.sqlite')))).toBe('project_unwritable');
  });
});

const tiny = mountTinyDisk('2m');
afterAll(() => tiny?.unmount());

describe.skipIf(tiny === null)('on a full disk (needs the right to mount a tmpfs)', () => {
  it('reports it, keeps what was stored and continues once there is space', () => {
    const disk = tiny?.folder ?? '';
    const path = join(disk, 'project.sqlite');
    const store = createProjectStore(path);
    store.run(`INSERT INTO classes (name) VALUES ('benign')`);
    const filler = join(disk, 'filler');
    execFileSync('sh', ['-c', 'dd if=/dev/zero of="$1" bs=4096 2>/dev/null || true', 'sh', filler]);
    const write = () =>
      store.transaction(() => {
        for (let i = 0; i < 3000; i++)
          store.run('INSERT INTO classes (name) VALUES (?)', `class ${'x'.repeat(200)} ${i}`);
      });
    expect(codeOf(write)).toBe('disk_full');
    expect(store.column('SELECT name FROM classes')).toEqual(['benign']);
    rmSync(filler);
    write();
    expect(store.column('SELECT count(*) FROM classes')).toEqual([3001]);
    store.close();
    const again = openProjectStore(path);
    expect(again.column('SELECT count(*) FROM classes')).toEqual([3001]);
    again.close();
  });

  it('does not create half a project', () => {
    const disk = tiny?.folder ?? '';
    for (const name of readdirSync(disk)) rmSync(join(disk, name), { recursive: true });
    mkdirSync(join(disk, 'p'));
    execFileSync('sh', ['-c', 'dd if=/dev/zero of="$1" bs=4096 2>/dev/null || true', 'sh', join(disk, 'filler')]);
    expect(codeOf(() => createProjectStore(join(disk, 'p', 'project.sqlite')))).toBe('disk_full');
  });
});

describe.skipIf(tiny === null)('on a read-only disk (needs the right to mount a tmpfs)', () => {
  /** Copies what `make` makes in another folder there, and takes the right to write away. */
  const archived = (name: string, make: (path: string) => void): string => {
    const made = join(folder, 'made.sqlite');
    make(made);
    disk = mountTinyDisk('4m');
    const path = join(disk?.folder ?? '', name, 'project.sqlite');
    mkdirSync(dirname(path));
    for (const suffix of ['', '-wal']) if (existsSync(made + suffix)) copyFileSync(made + suffix, path + suffix);
    disk?.setWritable(false);
    return path;
  };
  let disk: TinyDisk | null = null;
  afterEach(() => {
    disk?.setWritable(true);
    disk?.unmount();
  });
  const seen = (path: string): unknown[] => {
    const store = openProjectStore(path);
    expect(store.isReadOnly).toBe(true);
    expect(codeOf(() => store.run(`INSERT INTO classes (name) VALUES ('x')`))).toBe('project_read_only');
    expect(codeOf(() => store.transaction(() => {}))).toBe('project_read_only');
    expect(store.column('PRAGMA user_version')).toEqual([migrations.at(-1)?.version]);
    const other = joinProjectStore(store.connection);
    const names = other.column('SELECT name FROM classes');
    expect(store.column('SELECT name FROM classes')).toEqual(names);
    other.close();
    store.close();
    return names;
  };
  const benign = (store: ProjectStore): void => void store.run(`INSERT INTO classes (name) VALUES ('benign')`);

  it('can be viewed, and rejects changes', () => {
    const path = archived('ü #1 50%?', (to) => {
      const store = createProjectStore(to);
      benign(store);
      store.close();
    });
    expect(seen(path)).toEqual(['benign']);
  });

  it('shows what its unmerged log contains', () => {
    let live: ProjectStore | null = null;
    const path = archived('killed', (to) => {
      live = createProjectStore(to);
      benign(live);
    });
    // As after a kill: the stored rows are in the log only.
    (live as ProjectStore | null)?.close();
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
    expect(seen(path)).toEqual(['benign']);
  });

  it('is migrated in a private copy if it is of an earlier version, and stays unchanged', () => {
    const path = archived('old', (to) => {
      const store = createProjectStore(to, migrations.slice(0, 2));
      benign(store);
      store.close();
    });
    const before = readFileSync(path);
    const copies = () => readdirSync(tmpdir()).filter((name) => name.startsWith('fovea-project-'));
    const others = copies();
    expect(seen(path)).toEqual(['benign']);
    expect(copies()).toEqual(others);
    expect(readFileSync(path)).toEqual(before);
  });

  it('is still reported as damaged if empty', () => {
    const path = archived('empty', (to) => writeFileSync(to, ''));
    expect(codeOf(() => openProjectStore(path))).toBe('project_damaged');
  });
});

describe('a database on a missing disk', () => {
  it('is not created again in the empty mount folder', () => {
    const store = createProjectStore(file());
    const { connection } = store;
    store.close();
    rmSync(file());
    expect(codeOf(() => joinProjectStore(connection))).toBe('project_away');
    expect(codeOf(() => openProjectStore(file()))).toBe('project_away');
    expect(existsSync(file())).toBe(false);
  });
});

const unpluggable = mountUnpluggableDisk(16);

describe.skipIf(unpluggable === null)('on a disk that is unplugged (needs the right to mount a loop device)', () => {
  const disk = unpluggable as UnpluggableDisk;
  afterAll(() => disk.dispose());

  it('reports it without calling anything damaged, creates nothing in its place, and continues when it is back', () => {
    const store = createProjectStore(join(disk.folder, 'project.sqlite'));
    const name = (name: string) => store.run('INSERT INTO classes (name) VALUES (?)', name);
    const names = () => store.column<string>('SELECT name FROM classes');
    name('benign');
    disk.fail();
    // Of what it has in memory SQLite says "malformed" after the first failure, which is not so.
    for (const _ of [1, 2]) {
      expect(codeOf(() => name('lost'))).toBe('disk_failed');
      expect(codeOf(() => store.transaction(() => name('lost')))).toBe('disk_failed');
      expect(codeOf(names)).toBe('disk_failed');
    }
    disk.detach();
    expect(codeOf(names)).toBe('project_away');
    expect(codeOf(() => store.transaction(() => name('lost')))).toBe('project_away');
    expect(readdirSync(disk.folder)).toEqual([]);
    disk.plugIn();
    expect(names()).toEqual(['benign']);
    store.transaction(() => name('malignant'));
    expect(names()).toEqual(['benign', 'malignant']);
    store.close();
  });
});
