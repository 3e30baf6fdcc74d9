import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, rm, stat } from 'node:fs/promises';
import { FoveaError } from '#shared/ipc/errors';
import type { Appended, PackEnd } from '../../packs/append';
import { thisProcess } from '../../process/process-mark';
import { toStoreError } from '../../store/errors';
import { addPack, claimPack, deleteUnusedPacks, type Pack, packNames, releasePack, sealPack } from '../../store/packs';
import { makeProjectFolders, requireProject } from '../project/project-folders';
import { packPath, packsFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';

/** A pack is continued in another file from this size on, so that a backup copies few of them again. */
const MAX_PACK_BYTES = 2 ** 30;
/** A file that no row names is deleted once it is this old. */
const UNRECORDED_MILLISECONDS = 24 * 3_600_000;
/** Packs written at once: each decode host fills one, with another waiting. */
const MAX_PACKS = 8;

/** A pack that only this writer appends to, one append at a time. */
interface OwnPack {
  readonly pack: Pack;
  readonly file: string;
  readonly handle: FileHandle;
  end: number;
  /** Something was appended since the last flush. */
  isDirty: boolean;
  /** Nothing more is appended. It is given back once flushed, or at the end of this writer. */
  retired: 'until-flushed' | 'until-closed' | null;
}

/** Errors after which a decode host that was told to append may still be running. */
const UNFINISHED = new Set(['deadline', 'too_large', 'decoder_crashed', 'decoder_failed', 'cancelled']);

/**
 * Appends cached pictures to packs of a project. A pack has one writer at a time, which `packs` records, so that several
 * processes can write one project. What was appended becomes part of the cache by `flush`, then `setCachedPicture` in a
 * transaction: a kill in between leaves bytes behind the recorded end, which the next writer cuts off.
 */
export class PictureWriter {
  readonly #project: OpenProject;
  readonly #free: OwnPack[] = [];
  readonly #own = new Set<OwnPack>();
  readonly #waiting: (() => void)[] = [];
  #opening = 0;
  #isSwept = false;

  constructor(project: OpenProject) {
    this.#project = project;
  }

  /**
   * Lets `work` append to the end of a pack and adds the pack's id to its result. Throws `disk_full`, `disk_failed`,
   * `project_unwritable`, `project_away` if the pack cannot be written, and what `explain` makes of an error of `work`.
   */
  async write<Result>(
    work: (into: PackEnd) => Promise<Appended<Result>>,
    explain: (error: unknown) => unknown = (error) => error,
  ): Promise<Result & { readonly pack: number }> {
    const first = await this.#try(work, explain);
    if (!('writeError' in first)) return first;
    // The cache may be deleted at any time, even now.
    requireProject(this.#project.folder);
    const second = first.writeError === 'ENOENT' ? await this.#try(work, explain) : first;
    if (!('writeError' in second)) return second;
    throw toStoreError(Object.assign(new Error('cannot append to the cache'), { code: second.writeError }));
  }

  /** Returns once everything appended before the call is on disk. */
  async flush(): Promise<void> {
    const dirty = [...this.#own].filter(({ isDirty }) => isDirty);
    try {
      await Promise.all(
        dirty.map(async (own) => {
          own.isDirty = false;
          await own.handle.datasync();
          if (own.retired === 'until-flushed' && !own.isDirty) await this.#release(own);
        }),
      );
    } catch (error) {
      throw toStoreError(error);
    }
  }

  /** Gives the packs back; nothing may be appended any more. */
  async close(): Promise<void> {
    for (const own of [...this.#own]) await this.#release(own);
  }

  async #try<Result>(work: (into: PackEnd) => Promise<Appended<Result>>, explain: (error: unknown) => unknown) {
    const own = await this.#take();
    let written: Appended<Result>;
    try {
      written = await work({ file: own.file, offset: own.end });
    } catch (error) {
      const isUnfinished = error instanceof FoveaError && UNFINISHED.has(error.code);
      await (isUnfinished ? this.#retire(own, 'until-closed') : this.#giveBack(own));
      throw explain(error);
    }
    if ('writeError' in written) {
      await this.#retire(own, 'until-flushed');
      return written;
    }
    own.isDirty ||= written.end > own.end;
    own.end = written.end;
    await (own.end < MAX_PACK_BYTES ? this.#giveBack(own) : this.#retire(own, 'until-flushed'));
    return { ...written, pack: own.pack.id };
  }

  async #take(): Promise<OwnPack> {
    for (;;) {
      const free = this.#free.shift();
      if (free !== undefined) return free;
      if (this.#active + this.#opening < MAX_PACKS) return this.#open();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  get #active(): number {
    return [...this.#own].filter(({ retired }) => retired === null).length;
  }

  #giveBack(own: OwnPack): void {
    this.#free.push(own);
    this.#waiting.shift()?.();
  }

  async #retire(own: OwnPack, until: 'until-flushed' | 'until-closed'): Promise<void> {
    own.retired = until;
    this.#waiting.shift()?.();
    if (until === 'until-flushed' && !own.isDirty) await this.#release(own);
  }

  async #release(own: OwnPack): Promise<void> {
    if (!this.#own.delete(own)) return;
    await own.handle.close().catch(() => {});
    try {
      releasePack(this.#project.store, own.pack.id);
    } catch {
      // The project is closed or its disk is gone; the claim ends with this process.
    }
  }

  async #open(): Promise<OwnPack> {
    this.#opening += 1;
    try {
      await this.#sweep();
      const own = (await this.#continue()) ?? (await this.#create());
      this.#own.add(own);
      return own;
    } catch (error) {
      throw toStoreError(error);
    } finally {
      this.#opening -= 1;
      this.#waiting.shift()?.();
    }
  }

  /**
   * Continues a pack at its recorded end, and cuts off what a killed process left behind it. A pack whose file is gone
   * or too short is not used again.
   */
  async #continue(): Promise<OwnPack | null> {
    const { store, folder } = this.#project;
    for (;;) {
      const pack = claimPack(store, thisProcess(), MAX_PACK_BYTES);
      if (pack === null) return null;
      const file = packPath(folder, pack.name);
      const handle = await open(file, 'r+').catch(() => null);
      const size = (await handle?.stat())?.size ?? 0;
      if (handle !== null && size >= pack.bytes) {
        if (size > pack.bytes) await handle.truncate(pack.bytes);
        return { pack, file, handle, end: pack.bytes, isDirty: false, retired: null };
      }
      await handle?.close();
      sealPack(store, pack.id, MAX_PACK_BYTES);
    }
  }

  async #create(): Promise<OwnPack> {
    const { store, folder } = this.#project;
    await makeProjectFolders(folder, packsFolder(folder));
    const name = `${randomBytes(6).toString('hex')}.pack`;
    const file = packPath(folder, name);
    const handle = await open(file, 'wx+', 0o666);
    try {
      await flushFolder(packsFolder(folder));
      return { pack: addPack(store, name, thisProcess()), file, handle, end: 0, isDirty: false, retired: null };
    } catch (error) {
      await handle.close();
      await rm(file, { force: true });
      throw error;
    }
  }

  /** Deletes packs without a picture, and old files that are no packs of this project. */
  async #sweep(): Promise<void> {
    if (this.#isSwept) return;
    this.#isSwept = true;
    const { store, folder } = this.#project;
    for (const name of deleteUnusedPacks(store)) await rm(packPath(folder, name), { force: true }).catch(() => {});
    const known = new Set(packNames(store));
    for (const name of await readdir(packsFolder(folder)).catch(() => [])) {
      if (known.has(name)) continue;
      const path = packPath(folder, name);
      const { mtimeMs = Date.now() } = (await stat(path).catch(() => null)) ?? {};
      // Another process may be about to record a new one.
      if (Date.now() - mtimeMs > UNRECORDED_MILLISECONDS) await rm(path, { force: true }).catch(() => {});
    }
  }
}

/** Makes new names in a folder survive a power cut; Windows has no such call and does not need it. */
async function flushFolder(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
