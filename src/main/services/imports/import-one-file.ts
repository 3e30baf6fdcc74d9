import { toErrorInfo } from '#shared/ipc/errors';
import type { ImportOptions } from '#shared/models/dataset';
import type { DecodePool } from '../../decode-host/client';
import type { StoredFrames, StoredOutcome } from '../../decode-host/protocol';
import type { FileFacts } from '../../ingest/types';
import { type FileKeys, fileKeys, hasFileKeys } from '../../store/identities';
import { knownSizes } from '../../store/imports';
import type { PictureWriter } from '../cache/picture-writer';
import { imagesFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';
import { type Copier, createCopier, hashOrNull } from './copier';
import { createUnpacker, type UnpackedFile, type Unpacker } from './import-archives';
import type { ImportBatch } from './import-batch';
import type { ImportDirections } from './import-directions';
import { type DirectedSource, directed, factsOf, keepsOwnSex, labelOf } from './import-facts';
import { decodeFrames, framesKnown } from './import-frames';
import { lostPlaces } from './import-moves';
import type { ImportRun, ImportTally } from './import-result';
import { type ImportSource, sourceName } from './import-source';

/** Error codes of faulty archives; any other error of unpacking is due to the project's disk or a bug. */
const ARCHIVE_FAULTS = new Set(['damaged', 'file_changed', 'unreadable', 'too_large']);

/** A source whose bytes are on this disk, with the folder recorded for its images. */
interface PresentFile extends DirectedSource {
  /** Absolute: the file itself, or its unpacked copy. */
  readonly file: string;
  /** As stored in `sources`. */
  readonly folder: string;
  readonly intoProject: boolean;
}

type FailedFrame = Extract<StoredOutcome, { readonly error: unknown }>;

/** The file could not be read, as opposed to the cache that could not be written. */
class UnreadFile extends Error {
  readonly reason: unknown;
  constructor(reason: unknown) {
    super('unread file');
    this.reason = reason;
  }
}

/** Imports single files: unpacks, recognises or decodes, copies, and adds them to the batch. */
export class FileImporter {
  readonly #project: OpenProject;
  readonly #pool: DecodePool;
  readonly #options: ImportOptions;
  readonly #directions: ImportDirections;
  readonly #signal: AbortSignal;
  readonly #batch: ImportBatch;
  readonly #tally: ImportTally;
  readonly #pictures: PictureWriter;
  readonly #copier: Copier;
  readonly #unpacker: Unpacker;
  /** Sizes of the files in the dataset: a file of another size cannot be one of them. */
  readonly #sizes: ReadonlySet<number>;

  constructor(run: ImportRun, pool: DecodePool, pictures: PictureWriter, batch: ImportBatch, tally: ImportTally) {
    this.#project = run.project;
    this.#options = run.options;
    this.#directions = run.directions;
    this.#signal = run.handle.signal;
    this.#pool = pool;
    this.#pictures = pictures;
    this.#batch = batch;
    this.#tally = tally;
    this.#copier = createCopier(run.project.folder);
    this.#unpacker = createUnpacker(run.project.folder);
    this.#sizes = knownSizes(run.project.store);
  }

  /** Skips a file that cannot be read; throws only for faults of the project's own disk, or bugs. */
  async import(source: ImportSource, index: number): Promise<void> {
    const from = directed(this.#directions, source, index);
    if (source.archived === null) {
      const hash = this.#sizes.has(source.bytes) ? await hashOrNull(source.file) : null;
      await this.#importPresent(this.#present(from, source.file), hash);
      return;
    }
    let unpacked: UnpackedFile;
    try {
      unpacked = await this.#unpacker.unpack(source.file, source.archived);
    } catch (error) {
      // A fault of the project's own disk ends the import; one of the archive is a line of the result.
      if (!ARCHIVE_FAULTS.has(toErrorInfo(error).code)) throw error;
      await this.#skipWithError(source, error);
      return;
    }
    try {
      await this.#importPresent(this.#present(from, unpacked.path), unpacked.hash);
    } finally {
      await unpacked.remove();
    }
  }

  dispose(): Promise<void> {
    return this.#unpacker.dispose();
  }

  #present(from: DirectedSource, file: string): PresentFile {
    const intoProject = this.#options.copy || from.source.archived !== null;
    const folder = intoProject ? imagesFolder(this.#project.folder) : from.source.root;
    return { ...from, file, folder: sourceName(this.#project, folder), intoProject };
  }

  /** `hash`: of a file that may be in the dataset already; null: decode without a look-up. */
  async #importPresent(file: PresentFile, hash: string | null): Promise<void> {
    if (hash !== null && (await this.#findKnown(file, hash))) return;
    await this.#decode(file);
  }

  /** Whether all chosen frames are in the dataset; adds the file to the batch as known if so. */
  async #findKnown(present: PresentFile, hash: string): Promise<boolean> {
    await this.#followMove(present, hash);
    const frames = framesKnown(this.#project, hash, this.#options.frames);
    if (frames.length === 0) return false;
    this.#tally.read += frames.length;
    await this.#batch.known({
      hash,
      frames,
      label: labelOf(present, this.#options, this.#directions),
      readings: present.row?.readings ?? [],
      source: present.folder,
      path: present.source.path,
      keys: await this.#missingKeys(present, hash),
    });
    return true;
  }

  async #decode(present: PresentFile): Promise<void> {
    const failed: FailedFrame[] = [];
    let copy: string | null = null;
    let chosen = 1;
    for (let from = 0; from < chosen && !this.#signal.aborted; ) {
      const chunk = await this.#decodeFrom(present, from);
      if (chunk === null) return;
      const { pack } = chunk;
      ({ chosen, next: from } = chunk);
      for (const outcome of chunk.outcomes) {
        this.#tally.read += 1;
        if ('error' in outcome) {
          failed.push(outcome);
          continue;
        }
        copy ??= await this.#storedPath(present, outcome.file.facts);
        if (copy === null) return;
        const facts = factsOf(this.#project.store, outcome.file, present, this.#options, this.#directions);
        const { raster, thumbnail } = outcome.file;
        const cached = { raster: { pack, ...raster }, thumbnail: { pack, ...thumbnail } };
        await this.#batch.add({ source: present.folder, path: copy, cached, ...facts });
      }
    }
    await this.#skipFailed(present.source, failed, chosen);
  }

  /** Skips the file and returns null if it cannot be read; throws if the cache cannot be written. */
  async #decodeFrom(
    { source, file }: PresentFile,
    from: number,
  ): Promise<(StoredFrames & { readonly pack: number }) | null> {
    try {
      return await this.#pictures.write(
        (into) => decodeFrames(this.#pool, file, this.#options.frames, from, into),
        (error) => new UnreadFile(error),
      );
    } catch (error) {
      if (!(error instanceof UnreadFile)) throw error;
      await this.#skipWithError(source, error.reason);
      return null;
    }
  }

  /** Called once per file with an image. Returns its path in the project; skips it and returns null if it changed. */
  async #storedPath(present: PresentFile, facts: FileFacts): Promise<string | null> {
    const path = await this.#copyIfRequired(present, facts.hash);
    if (path === null) {
      await this.#skip(present.source, 'file_changed', 'The file changed or disappeared while it was being copied.');
      return null;
    }
    this.#tally.noteFile(facts);
    if (keepsOwnSex(present, facts)) this.#tally.ownSexes += 1;
    return path;
  }

  /** Copies the file if required and returns its path; null if it is no longer the file that was read. */
  async #copyIfRequired({ source, file, intoProject }: PresentFile, hash: string): Promise<string | null> {
    return intoProject ? this.#copier.copy(file, source.path, hash) : source.path;
  }

  /** Reads the keys of a file imported by an earlier version of Fovea, which did not store them. */
  async #missingKeys({ source, file }: PresentFile, hash: string): Promise<FileKeys | null> {
    if (source.kind !== 'dicom' || hasFileKeys(this.#project.store, hash)) return null;
    const identity = await this.#pool.identity({ path: file }).catch(() => null);
    return identity === null ? null : fileKeys(this.#project.store, identity);
  }

  /** Moves images whose recorded file has disappeared to this place; labels and splits stay. */
  async #followMove(present: PresentFile, hash: string): Promise<void> {
    const { folder, intoProject, source } = present;
    // A source was just read at its own place; a copy's name is known only after copying.
    const from = await lostPlaces(this.#project, hash, { folder, path: intoProject ? '' : source.path });
    if (from.length === 0) return;
    const path = await this.#copyIfRequired(present, hash);
    if (path !== null) await this.#batch.move({ hash, from, source: folder, path });
  }

  async #skipFailed(source: ImportSource, failed: readonly FailedFrame[], chosen: number): Promise<void> {
    const [first] = failed;
    if (first === undefined) return;
    const { code, message } = first.error;
    const frame = first.frame + 1;
    const several = chosen > 1 ? `${failed.length} of ${chosen} frames, the first of them frame ${frame}: ` : '';
    await this.#skip(source, code, `${several}${message}`);
  }

  #skipWithError(source: ImportSource, error: unknown): Promise<void> {
    const { code, message } = toErrorInfo(error);
    return this.#skip(source, code, message);
  }

  #skip({ path }: ImportSource, code: string, message: string): Promise<void> {
    return this.#tally.skip({ path, code, message });
  }
}
