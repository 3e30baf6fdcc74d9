import type { Alignment } from '#shared/duplicates/picture-alignment';
import type { FileIdentity } from '#shared/identity/file-identity';
import type { Raster } from '#shared/imaging/raster';
import { FoveaError, toErrorInfo } from '#shared/ipc/errors';
import type { FrameChoice } from '#shared/models/dataset';
import type { Intensity, PixelShape, WideSamples } from '#shared/models/pipeline';
import type { DeidentifiedFile, DeidentifyFileInput } from '../ingest/deidentify-file';
import { emptyInspection } from '../ingest/empty-inspection';
import type {
  CanonicalRaster,
  IngestedFile,
  InspectedFile,
  IntensityWindow,
  PictureFacts,
  TagRow,
} from '../ingest/types';
import type { Appended, PackEnd, Span } from '../packs/append';
import type { RasterPlace } from '../packs/place';
import type { HostLauncher } from '../process/host';
import type { DecodeJobName, DecodeJobs, DecodeRequest, RasterInput, StoredFrames } from './protocol';
import { Slot, type SlotJob } from './slot';

/**
 * A pool of processes that read untrusted files. Every call rejects with a `FoveaError` whose message is for the user;
 * a call that exceeds its deadline (`deadline`) or crashes its process (`decoder_crashed`) affects no other call.
 */
export interface DecodePool {
  ingest(input: RasterInput): Promise<IngestedFile>;
  /**
   * Reads the chosen frames from index `from` (0 at first) and appends their pictures to a pack; call again with `next`
   * until it equals `chosen`. Rejects if the file cannot be opened at all.
   */
  ingestFrames(input: {
    readonly path: string;
    readonly intensity: Intensity;
    readonly shortSide: number;
    readonly choice: FrameChoice;
    readonly from: number;
    readonly pixels?: PixelShape | undefined;
    readonly wideSamples?: WideSamples | undefined;
    readonly into: PackEnd;
  }): Promise<Appended<StoredFrames>>;
  /** The raster alone, with the hash of the file. */
  canonicalRaster(input: RasterInput): Promise<CanonicalRaster>;
  /** Appends the raster to a pack. */
  storeRaster(
    input: RasterInput & { readonly into: PackEnd },
  ): Promise<Appended<{ readonly hash: string; readonly raster: Span }>>;
  /**
   * One frame (from 0) at full size, with square pixels, as a PNG; with `window` null the file's own window, or its
   * range.
   */
  display(input: {
    readonly path: string;
    readonly frame: number;
    readonly window: IntensityWindow | null;
    readonly invert: boolean;
  }): Promise<Uint8Array>;
  /** The identifiers in the header of a DICOM file; null for other files. Hash them at once: see `FileIdentity`. */
  identity(input: { readonly path: string }): Promise<FileIdentity | null>;
  /** Identifying values are masked unless requested. */
  tags(input: { readonly path: string; readonly identifying: boolean }): Promise<TagRow[]>;
  /** Never rejects because of the file: the result has `ok: false` and the reason. */
  inspect(input: { readonly path: string; readonly identifying: boolean }): Promise<InspectedFile>;
  /** The files listed in a DICOMDIR, relative to its folder, with `/`. */
  mediaDirectory(input: { readonly bytes: Uint8Array }): Promise<string[]>;
  /** A cached canonical raster as a PNG, long side at most `maxSide`. */
  rasterPng(input: { readonly raster: RasterPlace; readonly maxSide?: number }): Promise<Uint8Array>;
  /** Describes a cached canonical raster. */
  describe(input: { readonly raster: RasterPlace }): Promise<PictureFacts>;
  /** The best alignment of two cached canonical rasters; `straight`: in their given orientation. */
  align(input: {
    readonly first: RasterPlace;
    readonly second: RasterPlace;
    readonly straight: boolean;
  }): Promise<Alignment>;
  /** Writes a copy of a file without identities; if the call rejects, the caller removes `out`. */
  deidentify(input: DeidentifyFileInput): Promise<DeidentifiedFile>;
  encodePng(raster: Raster): Promise<Uint8Array>;
  /** Ends the processes; pending calls reject with `cancelled`. */
  dispose(): Promise<void>;
}

export interface DecodePoolOptions {
  readonly launcher: HostLauncher;
  /** Absolute path of the built `decode-host` entry. */
  readonly entry: string;
  /** Maximum number of processes; they start on demand. */
  readonly size: number;
  readonly deadlineMs?: number;
  readonly memoryMB?: number;
  /** Resident memory at which a host is stopped in the middle of a job (`too_large`). */
  readonly residentMB?: number;
}

export const decodeLimits = {
  deadlineMs: 20_000,
  memoryMB: 1024,
  /** Room for the largest file, V8's heap and the same again for WASM. */
  residentMB: 3072,
} as const;

/** Jobs wait in one queue and run in order of arrival, one per process. */
export function createDecodePool(options: DecodePoolOptions): DecodePool {
  const { deadlineMs, memoryMB, residentMB, size, ...rest } = { ...decodeLimits, ...options };
  const queue: SlotJob[] = [];
  let disposed = false;
  let nextId = 1;

  function advance(): void {
    for (const slot of slots) {
      if (slot.busy) continue;
      const job = queue.shift();
      if (job === undefined) return;
      slot.run(job);
    }
  }

  const slots = Array.from(
    { length: Math.max(1, size) },
    () => new Slot({ ...rest, deadlineMs, memoryMB, residentMB }, advance),
  );

  function call<Name extends DecodeJobName>(
    name: Name,
    input: DecodeJobs[Name]['input'],
  ): Promise<DecodeJobs[Name]['result']> {
    return new Promise((resolve, reject) => {
      if (disposed) {
        reject(new FoveaError('cancelled', 'Reading the file was cancelled.'));
        return;
      }
      const request: DecodeRequest = { id: nextId++, name, input };
      queue.push({ request, resolve: (value) => resolve(value as DecodeJobs[Name]['result']), reject });
      advance();
    });
  }

  return {
    ingest: (input) => call('ingest', input),
    ingestFrames: (input) => call('ingestFrames', input),
    canonicalRaster: (input) => call('canonicalRaster', input),
    storeRaster: (input) => call('storeRaster', input),
    display: (input) => call('display', input),
    identity: (input) => call('identity', input),
    tags: (input) => call('tags', input),
    inspect: (input) =>
      call('inspect', input).catch((error: unknown) => ({ ...emptyInspection(input.path), error: toErrorInfo(error) })),
    mediaDirectory: (input) => call('mediaDirectory', input),
    rasterPng: (input) => call('rasterPng', input),
    describe: (input) => call('describe', input),
    align: (input) => call('align', input),
    deidentify: (input) => call('deidentify', input),
    encodePng: (raster) => call('encodePng', raster),
    async dispose() {
      disposed = true;
      for (const job of queue.splice(0)) job.reject(new FoveaError('cancelled', 'Reading the file was cancelled.'));
      for (const slot of slots) slot.dispose();
    },
  };
}
