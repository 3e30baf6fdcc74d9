import { accessSync, constants, copyFileSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite';
import { FoveaError } from '#shared/ipc/errors';
import { makeTemporarySync } from '../process/scratch';
import {
  diskFailed,
  isDiskTrouble,
  pathTooLong,
  projectAway,
  projectDamaged,
  projectEmpty,
  projectReadOnly,
  toStoreError,
} from './errors';
import { type Migration, migrations } from './migrations';

/** Before this version SQLite could corrupt a database while it reset the WAL (https://www.sqlite.org/wal.html). */
const OLDEST_SQLITE: readonly number[] = [3, 51, 3];
/** "FOVE": tells our files from other SQLite databases. */
const APPLICATION_ID = 0x464f5645;
const BUSY_TIMEOUT_MS = 10_000;

/**
 * How a database is opened: `read` follows what another process writes, `immutable` takes it that nobody does, which is
 * the only way where SQLite can make no files beside it.
 */
export interface Connection {
  readonly file: string;
  readonly mode: 'write' | 'read' | 'immutable';
}

export type SqlValue = string | number | bigint | null | Uint8Array;

/**
 * One open `project.sqlite`. Query functions live in one file a domain (`images.ts`, `labels.ts`, …) and take this as
 * their first argument. Errors are `FoveaError`s: `disk_full`, `disk_failed`, `project_unwritable`,
 * `project_damaged`, `project_busy`.
 */
export interface ProjectStore {
  /** For another thread: see `joinProjectStore`. */
  readonly connection: Connection;
  /** Nothing can be stored: what would is refused with `project_read_only`. */
  readonly isReadOnly: boolean;
  /** Runs one statement; `id` is the row id of an insert. */
  run(sql: string, ...parameters: SqlValue[]): { readonly changes: number; readonly id: number };
  get<Row>(sql: string, ...parameters: SqlValue[]): Row | undefined;
  all<Row>(sql: string, ...parameters: SqlValue[]): Row[];
  /** First column of every row. */
  column<Value extends SqlValue>(sql: string, ...parameters: SqlValue[]): Value[];
  /**
   * For long lists: `sql` selects one row with one JSON text (`json_group_array(…)`), which is parsed. Making 100,000
   * row objects takes several times as long.
   */
  json<Value>(sql: string, ...parameters: SqlValue[]): Value;
  /** All or nothing, on disk when it returns. A transaction inside a transaction joins the outer one. */
  transaction<Result>(work: () => Result): Result;
  close(): void;
}

/**
 * Opens a project's database, checks it (`quick_check`), backs it up and migrates it where it is older. WAL with
 * `synchronous=FULL`: what a transaction returned from survives a power cut. Where nothing can be written there, it is
 * opened to be looked at (`isReadOnly`).
 * Throws `FoveaError`: `project_unwritable`, `path_too_long`, `project_damaged`, `project_newer`, `project_busy`,
 * `disk_full`.
 */
export function openProjectStore(file: string, steps: readonly Migration[] = migrations): ProjectStore {
  if (!isPathForSqlite(file)) throw pathTooLong();
  const size = sizeOf(file);
  if (size === null) throw projectAway();
  // SQLite takes an empty file for a new database, and removes the write-ahead log beside it.
  if (size === 0) throw projectEmpty(newestBackup(file));
  if (isWritable(file)) return prepareStore(file, steps, false);
  return openToLookAt(file, steps);
}

/**
 * Another connection to a database that this process has open, for another thread: it is neither checked nor migrated
 * again. What one connection stores the others see; a writer waits for another.
 */
export function joinProjectStore(connection: Connection): ProjectStore {
  requireFile(connection);
  try {
    return new SqliteStore(connection, connect(connection));
  } catch (error) {
    throw toStoreError(error);
  }
}

/** Makes the database of a new project; throws what `openProjectStore` throws. */
export function createProjectStore(file: string, steps: readonly Migration[] = migrations): ProjectStore {
  return prepareStore(file, steps, true);
}

function prepareStore(file: string, steps: readonly Migration[], isNew: boolean): ProjectStore {
  if (!isPathForSqlite(file)) throw pathTooLong();
  const connection: Connection = { file, mode: 'write' };
  let database: DatabaseSyncInstance | null = null;
  try {
    database = connect(connection);
    assertVersion(database);
    if (!isNew) checkIdentity(database, file, steps);
    database.exec('PRAGMA journal_mode = WAL');
    checkIntegrity(database, file);
    migrate(database, file, steps);
    return new SqliteStore(connection, database);
  } catch (error) {
    database?.close();
    throw toStoreError(error, () => newestBackup(file));
  }
}

/**
 * A project where nothing can be written: an archive on a read-only share, a colleague's folder. It is opened in place
 * where it is of this version and its log is settled or shared by the process that writes it; else a private copy is
 * settled and migrated, and looked at in its place.
 */
function openToLookAt(file: string, steps: readonly Migration[]): ProjectStore {
  const modes: readonly Connection['mode'][] = (sizeOf(`${file}-wal`) ?? 0) > 0 ? ['read'] : ['read', 'immutable'];
  for (const mode of modes) {
    let database: DatabaseSyncInstance | null = null;
    try {
      database = connect({ file, mode });
      checkIdentity(database, file, steps);
      checkIntegrity(database, file);
      if (Number(pragma(database, 'user_version')) === latest(steps)) return new SqliteStore({ file, mode }, database);
    } catch (error) {
      const known = toStoreError(error, () => newestBackup(file));
      if (!(known instanceof FoveaError) || known.code !== 'project_unwritable') throw known;
    }
    database?.close();
  }
  return openCopy(file, steps);
}

function openCopy(file: string, steps: readonly Migration[]): ProjectStore {
  const folder = makeTemporarySync('fovea-project');
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const copy = join(folder, basename(file));
    for (const suffix of ['', '-wal']) if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix);
    prepareStore(copy, steps, false).close();
    const connection: Connection = { file: copy, mode: 'read' };
    return new SqliteStore(connection, connect(connection), remove);
  } catch (error) {
    remove();
    throw toStoreError(error);
  }
}

/** A database may come from anywhere: its schema runs nothing, and nobody writes its pages directly. */
function connect({ file, mode }: Connection): DatabaseSyncInstance {
  const immutable = pathToFileURL(file);
  immutable.search = 'immutable=1';
  const database = new DatabaseSync(mode === 'immutable' ? immutable : file, {
    timeout: BUSY_TIMEOUT_MS,
    enableForeignKeyConstraints: true,
    readOnly: mode !== 'write',
  });
  database.enableDefensive(true);
  database.exec('PRAGMA trusted_schema = OFF; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768');
  return database;
}

/**
 * SQLite makes a file that it does not find: where the project's disk was taken away, that would be an empty database in
 * the folder that it was mounted on. Throws `project_away`.
 */
function requireFile({ file }: Connection): void {
  if ((sizeOf(file) ?? 0) === 0) throw projectAway();
}

/** Null where there is no such file. */
function sizeOf(file: string): number | null {
  try {
    return statSync(file, { throwIfNoEntry: false })?.size ?? null;
  } catch {
    // A share that does not answer, a folder that may not be entered.
    return null;
  }
}

/** Whether SQLite may write it, and the files beside it that it needs for that. */
function isWritable(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    accessSync(dirname(file), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * SQLite takes paths of 512 bytes, and on Windows of 260 characters whatever the system allows, with `-journal` at their
 * end; a longer one is a file that "cannot be opened".
 */
export function isPathForSqlite(file: string, system: NodeJS.Platform = process.platform): boolean {
  const most = (system === 'win32' ? 259 : 512) - '-journal'.length;
  return (system === 'win32' ? file.length : Buffer.byteLength(file)) <= most;
}

function pragma(database: DatabaseSyncInstance, name: string): unknown {
  const row: Record<string, unknown> | undefined = database.prepare(`PRAGMA ${name}`).get();
  return row === undefined ? undefined : Object.values(row)[0];
}

function assertVersion(database: DatabaseSyncInstance): void {
  const row: { version: string } = database.prepare('SELECT sqlite_version() AS version').get();
  const found = row.version.split('.').map(Number);
  for (const [index, least] of OLDEST_SQLITE.entries()) {
    const part = found[index] ?? 0;
    if (part > least) return;
    if (part < least) throw new Error(`SQLite ${row.version} is older than ${OLDEST_SQLITE.join('.')}`);
  }
}

/** Between the name of a database and the version that it was migrated to. */
const BACKUP = '.before-version-';

/** Nothing of a folder that may be entered and not listed. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The name of the newest copy that a migration left beside a database; null where there is none. */
function newestBackup(file: string): string | null {
  const start = basename(file) + BACKUP;
  const versions = namesIn(dirname(file))
    .filter((name) => name.startsWith(start))
    .map((name) => Number(name.slice(start.length)))
    .filter(Number.isInteger);
  return versions.length === 0 ? null : `${start}${Math.max(...versions)}`;
}

/** Refuses empty databases and those of other programs and of a newer Fovea before anything is written to them. */
function checkIdentity(database: DatabaseSyncInstance, file: string, steps: readonly Migration[]): void {
  const tables: { count: number } = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get();
  if (tables.count === 0) throw projectEmpty(newestBackup(file));
  if (pragma(database, 'application_id') !== APPLICATION_ID) {
    throw projectDamaged('not a Fovea database', newestBackup(file));
  }
  if (Number(pragma(database, 'user_version')) > latest(steps)) {
    throw new FoveaError('project_newer', 'This project was created by a newer version of Fovea.', {
      hint: 'Open it with that version or a later one. Nothing in it was changed.',
    });
  }
}

function checkIntegrity(database: DatabaseSyncInstance, file: string): void {
  const result = pragma(database, 'quick_check(1)');
  if (result !== 'ok') throw projectDamaged(result, newestBackup(file));
}

function migrate(database: DatabaseSyncInstance, file: string, steps: readonly Migration[]): void {
  const before = Number(pragma(database, 'user_version'));
  if (before >= latest(steps)) return;
  if (before > 0) {
    const backup = `${file}${BACKUP}${latest(steps)}`;
    if (!existsSync(backup)) database.prepare('VACUUM INTO ?').run(backup);
  }
  database.exec('BEGIN EXCLUSIVE');
  try {
    // Another process may have migrated while this one waited for the lock.
    const present = Number(pragma(database, 'user_version'));
    for (const step of steps) {
      if (step.version <= present) continue;
      database.exec(step.sql);
      database.exec(`PRAGMA user_version = ${step.version}`);
    }
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

const latest = (steps: readonly Migration[]): number => steps.at(-1)?.version ?? 0;

class SqliteStore implements ProjectStore {
  readonly connection: Connection;
  readonly isReadOnly: boolean;
  #database: DatabaseSyncInstance;
  /** The disk has failed under it: what the connection has in memory cannot be trusted any more. */
  #isBroken = false;
  #isInTransaction = false;
  readonly #onClose: () => void;
  readonly #statements = new Map<string, StatementSyncInstance>();
  readonly #columns = new Map<string, StatementSyncInstance>();

  constructor(connection: Connection, database: DatabaseSyncInstance, onClose: () => void = () => {}) {
    this.connection = connection;
    this.isReadOnly = connection.mode !== 'write';
    this.#database = database;
    this.#onClose = onClose;
  }

  run(sql: string, ...parameters: SqlValue[]) {
    requireWritable(this);
    return this.#guarded(() => {
      const result = this.#statement(sql).run(...parameters);
      return { changes: result.changes, id: Number(result.lastInsertRowid) };
    });
  }

  get<Row>(sql: string, ...parameters: SqlValue[]): Row | undefined {
    return this.#guarded(() => this.#statement(sql).get(...parameters) as Row | undefined);
  }

  all<Row>(sql: string, ...parameters: SqlValue[]): Row[] {
    return this.#guarded(() => this.#statement(sql).all(...parameters) as Row[]);
  }

  column<Value extends SqlValue>(sql: string, ...parameters: SqlValue[]): Value[] {
    return this.#guarded(() => {
      let statement = this.#columns.get(sql);
      if (statement === undefined) {
        statement = this.#database.prepare(sql);
        statement.setReturnArrays(true);
        this.#columns.set(sql, statement);
      }
      const rows = statement.all(...parameters) as [Value][];
      return rows.map((row) => row[0]);
    });
  }

  json<Value>(sql: string, ...parameters: SqlValue[]): Value {
    const [text] = this.column<string>(sql, ...parameters);
    return JSON.parse(text ?? 'null') as Value;
  }

  transaction<Result>(work: () => Result): Result {
    if (this.#isInTransaction) return work();
    requireWritable(this);
    return this.#guarded(() => {
      this.#database.exec('BEGIN IMMEDIATE');
      this.#isInTransaction = true;
      try {
        const result = work();
        this.#database.exec('COMMIT');
        return result;
      } catch (error) {
        if (this.#database.isTransaction) this.#rollBack();
        throw error;
      } finally {
        this.#isInTransaction = false;
      }
    });
  }

  close(): void {
    if (!this.#database.isOpen) return;
    this.#statements.clear();
    this.#columns.clear();
    // Statements of this package are only let go by the garbage collector, and SQLite keeps the file open until then:
    // the last checkpoint is made here, so that project.sqlite is whole when this returns.
    try {
      if (!this.isReadOnly) this.#database.exec('PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // Another process reads it, or the disk is full or gone: the WAL stays, and the next open takes it in.
    }
    this.#database.close();
    this.#onClose();
  }

  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // Of a failing disk: the next connection finds nothing of it.
      this.#isBroken = true;
    }
  }

  #guarded<Result>(work: () => Result): Result {
    this.#reconnect();
    try {
      return work();
    } catch (error) {
      if (!isDiskTrouble(error)) throw toStoreError(error);
      this.#isBroken = true;
      // Says so where the file is gone or really damaged.
      this.#reconnect();
      throw diskFailed(error);
    }
  }

  /** A disk that was unplugged comes back as another device, which only a new connection can read. */
  #reconnect(): void {
    if (!this.#isBroken || this.#isInTransaction) return;
    requireFile(this.connection);
    let database: DatabaseSyncInstance | null = null;
    try {
      database = connect(this.connection);
      checkIntegrity(database, this.connection.file);
    } catch (error) {
      database?.close();
      const known = toStoreError(error, () => newestBackup(this.connection.file));
      // The file is there and was open: that it cannot be opened says the same.
      throw known instanceof FoveaError && known.code === 'project_unwritable' ? diskFailed(error) : known;
    }
    this.#statements.clear();
    this.#columns.clear();
    this.#database.close();
    this.#database = database;
    this.#isBroken = false;
  }

  #statement(sql: string): StatementSyncInstance {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** Throws `project_read_only`: before something is begun that is stored at its end. */
export function requireWritable({ isReadOnly }: ProjectStore): void {
  if (isReadOnly) throw projectReadOnly();
}
