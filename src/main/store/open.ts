import { accessSync, constants, copyFileSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite';
import { FoveaError } from '#shared/ipc/errors';
import { makeTemporarySync } from '../process/scratch';
import {
  diskFailed,
  isDiskError,
  pathTooLong,
  projectAway,
  projectDamaged,
  projectEmpty,
  projectReadOnly,
  toStoreError,
} from './errors';
import { type Migration, migrations } from './migrations';

/** Earlier versions of SQLite could corrupt a database while resetting the WAL (https://www.sqlite.org/wal.html). */
const MIN_SQLITE_VERSION: readonly number[] = [3, 51, 3];
/** "FOVE": distinguishes our files from other SQLite databases. */
const APPLICATION_ID = 0x464f5645;
const BUSY_TIMEOUT_MS = 10_000;

/**
 * How a database is opened: `read` follows the writes of another process; `immutable` assumes that there are none,
 * which is the only way if SQLite cannot create files beside it.
 */
export interface Connection {
  readonly file: string;
  readonly mode: 'write' | 'read' | 'immutable';
}

export type SqlValue = string | number | bigint | null | Uint8Array;

/**
 * One open `project.sqlite`. Query functions have one file per domain (`images.ts`, `labels.ts`, …) and take this as
 * their first argument. Errors are `FoveaError`s: `disk_full`, `disk_failed`, `project_unwritable`, `project_damaged`,
 * `project_busy`.
 */
export interface ProjectStore {
  /** For another thread: see `joinProjectStore`. */
  readonly connection: Connection;
  /** Nothing can be stored: writes fail with `project_read_only`. */
  readonly isReadOnly: boolean;
  /** Runs one statement; `id` is the row id of an insert. */
  run(sql: string, ...parameters: SqlValue[]): { readonly changes: number; readonly id: number };
  get<Row>(sql: string, ...parameters: SqlValue[]): Row | undefined;
  all<Row>(sql: string, ...parameters: SqlValue[]): Row[];
  /** First column of every row. */
  column<Value extends SqlValue>(sql: string, ...parameters: SqlValue[]): Value[];
  /**
   * For long lists: `sql` selects one row with one JSON text (`json_group_array(…)`), which is parsed. Creating 100,000
   * row objects takes several times as long.
   */
  json<Value>(sql: string, ...parameters: SqlValue[]): Value;
  /** All or nothing, on disk on return. A nested transaction joins the outer one. */
  transaction<Result>(work: () => Result): Result;
  close(): void;
}

/**
 * Opens a project's database, checks it (`quick_check`), and backs it up and migrates it if it is older. WAL with
 * `synchronous=FULL`: a transaction that has returned survives a power cut. If nothing can be written there, it is
 * opened read-only (`isReadOnly`).
 * Throws `FoveaError`: `project_unwritable`, `path_too_long`, `project_damaged`, `project_newer`, `project_busy`,
 * `disk_full`.
 */
export function openProjectStore(file: string, steps: readonly Migration[] = migrations): ProjectStore {
  if (!isPathForSqlite(file)) throw pathTooLong();
  const size = sizeOf(file);
  if (size === null) throw projectAway();
  // SQLite treats an empty file as a new database, and removes the write-ahead log beside it.
  if (size === 0) throw projectEmpty(newestBackup(file));
  if (isWritable(file)) return prepareStore(file, steps, false);
  return openReadOnly(file, steps);
}

/**
 * Another connection to a database that this process has open, for another thread; it is not checked or migrated again.
 * Each connection sees what the others store; writers wait for each other.
 */
export function joinProjectStore(connection: Connection): ProjectStore {
  requireFile(connection);
  try {
    return new SqliteStore(connection, connect(connection));
  } catch (error) {
    throw toStoreError(error);
  }
}

/** Creates the database of a new project; throws like `openProjectStore`. */
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
 * Opens a project that cannot be written: an archive on a read-only share, a colleague's folder. It is opened in place
 * if it has the current version and its log is checkpointed or shared by the process that writes it; otherwise a
 * private copy is checkpointed, migrated and opened instead.
 */
function openReadOnly(file: string, steps: readonly Migration[]): ProjectStore {
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

/** A database may come from anywhere: its schema must not run anything, and its pages must not be written directly. */
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
 * SQLite creates a file that it does not find: if the project's disk was removed, that would be an empty database in
 * its mount point. Throws `project_away`.
 */
function requireFile({ file }: Connection): void {
  if ((sizeOf(file) ?? 0) === 0) throw projectAway();
}

/** Null if the file does not exist. */
function sizeOf(file: string): number | null {
  try {
    return statSync(file, { throwIfNoEntry: false })?.size ?? null;
  } catch {
    // A share that does not respond, or a folder without access.
    return null;
  }
}

/** Whether SQLite can write the file, and the files beside it that this requires. */
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
 * SQLite accepts paths of 512 bytes, and on Windows of 260 characters whatever the system allows, including a trailing
 * `-journal`; it reports a longer one as a file that "cannot be opened".
 */
export function isPathForSqlite(file: string, system: NodeJS.Platform = process.platform): boolean {
  const max = (system === 'win32' ? 259 : 512) - '-journal'.length;
  return (system === 'win32' ? file.length : Buffer.byteLength(file)) <= max;
}

function pragma(database: DatabaseSyncInstance, name: string): unknown {
  const row: Record<string, unknown> | undefined = database.prepare(`PRAGMA ${name}`).get();
  return row === undefined ? undefined : Object.values(row)[0];
}

function assertVersion(database: DatabaseSyncInstance): void {
  const row: { version: string } = database.prepare('SELECT sqlite_version() AS version').get();
  const found = row.version.split('.').map(Number);
  for (const [index, min] of MIN_SQLITE_VERSION.entries()) {
    const part = found[index] ?? 0;
    if (part > min) return;
    if (part < min) throw new Error(`SQLite ${row.version} is older than ${MIN_SQLITE_VERSION.join('.')}`);
  }
}

/** Separates the name of a database from the version that it was migrated to. */
const BACKUP = '.before-version-';

/** Empty for a folder that can be entered but not listed. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The name of the newest copy that a migration left beside a database; null if there is none. */
function newestBackup(file: string): string | null {
  const start = basename(file) + BACKUP;
  const versions = namesIn(dirname(file))
    .filter((name) => name.startsWith(start))
    .map((name) => Number(name.slice(start.length)))
    .filter(Number.isInteger);
  return versions.length === 0 ? null : `${start}${Math.max(...versions)}`;
}

/** Rejects empty databases and those of other programs or a newer Fovea, before anything is written to them. */
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
  /** The disk has failed: the data that the connection has in memory can no longer be trusted. */
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
    // The garbage collector alone releases statements of this package, and SQLite keeps the file open until then. The
    // last checkpoint is therefore made here, so that project.sqlite is complete on return.
    try {
      if (!this.isReadOnly) this.#database.exec('PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // Another process reads it, or the disk is full or gone: the WAL stays, and the next open recovers it.
    }
    this.#database.close();
    this.#onClose();
  }

  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // The disk is failing: the next connection will not see the transaction.
      this.#isBroken = true;
    }
  }

  #guarded<Result>(work: () => Result): Result {
    this.#reconnect();
    try {
      return work();
    } catch (error) {
      if (!isDiskError(error)) throw toStoreError(error);
      this.#isBroken = true;
      // Throws a specific error if the file is gone or really damaged.
      this.#reconnect();
      throw diskFailed(error);
    }
  }

  /** An unplugged disk returns as another device, which only a new connection can read. */
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
      // The file exists and was open, so failing to open it also means a failed disk.
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

/** Throws `project_read_only`: for use before work whose result is stored at the end. */
export function requireWritable({ isReadOnly }: ProjectStore): void {
  if (isReadOnly) throw projectReadOnly();
}
