import type { Alignment } from '#shared/duplicates/picture-alignment';
import type { FileIdentity } from '#shared/identity/file-identity';
import type { Raster } from '#shared/imaging/raster';
import { FoveaError, toErrorInfo } from '#shared/ipc/errors';
import type { FrameChoice } from '#shared/models/dataset';
import type { Crop, Intensity, PixelShape, WideSamples } from '#shared/models/pipeline';
import type { DeidentifiedFile, DeidentifyFileInput } from '../ingest/deidentify-file';
import { emptyInspection } from '../ingest/empty-inspection';
import type {
  IngestedFile,
  IngestedFrames,
  InspectedFile,
  IntensityWindow,
  PictureFacts,
  TagRow,
} from '../ingest/types';
import type { HostLauncher } from '../process/host';
import type { DecodeJobName, DecodeJobs, DecodeRequest } from './protocol';
import { Slot, type SlotJob } from './slot';

/**
 * A pool of processes that read untrusted files. Every call rejects with a `FoveaError` whose message is for the user;
 * a call that overruns its deadline (`deadline`) or crashes its process (`decoder_crashed`) ends that call only.
 */
export interface DecodePool {
  ingest(input: {
    readonly path: string;
    readonly intensity: Intensity;
    /** Pixels that the short side of the canonical raster has at most. */
    readonly shortSide: number;
    /** From 0, which is the default. */
    readonly frame?: number;
    /** Of the raster and its thumbnail; the facts are of the whole picture. */
    readonly crop?: Crop | undefined;
    /** Absent: as they are stored. */
    readonly pixels?: PixelShape | undefined;
    readonly wideSamples?: WideSamples | undefined;
  }): Promise<IngestedFile>;
  /**
   * The chosen frames from place `from` (0 at first) on; ask again from `next` until it equals `chosen`. Rejects
   * where the file cannot be opened at all.
   */
  ingestFrames(input: {
    readonly path: string;
    readonly intensity: Intensity;
    readonly shortSide: number;
    readonly choice: FrameChoice;
    readonly from: number;
    readonly pixels?: PixelShape | undefined;
    readonly wideSamples?: WideSamples | undefined;
  }): Promise<IngestedFrames>;
  /** One frame (from 0) at full size, with square pixels, as a PNG; `window` null takes the file's own window, else its range. */
  display(input: {
    readonly path: string;
    readonly frame: number;
    readonly window: IntensityWindow | null;
    readonly invert: boolean;
  }): Promise<Uint8Array>;
  /** Who and what a DICOM file shows, from its head; null for other files. Hash it at once: see `FileIdentity`. */
  identity(input: { readonly path: string }): Promise<FileIdentity | null>;
  /** Identifying values are masked unless they are asked for. */
  tags(input: { readonly path: string; readonly identifying: boolean }): Promise<TagRow[]>;
  /** Never rejects for what is wrong with the file: the answer says `ok: false` and why. */
  inspect(input: { readonly path: string; readonly identifying: boolean }): Promise<InspectedFile>;
  /** The files that a DICOMDIR names, from its folder, with `/`. */
  mediaDirectory(input: { readonly bytes: Uint8Array }): Promise<string[]>;
  /** A cached canonical raster (path of a .raster file) as a PNG, long side at most `maxSide`. */
  rasterPng(input: { readonly raster: string; readonly maxSide?: number }): Promise<Uint8Array>;
  /** What a cached canonical raster (path of a .raster file) looks like. */
  describe(input: { readonly raster: string }): Promise<PictureFacts>;
  /** How two cached canonical rasters lie on each other where they fit best; `straight`: as they are. */
  align(input: { readonly first: string; readonly second: string; readonly straight: boolean }): Promise<Alignment>;
  /** Writes a file without what says whose it is; the caller removes `out` where the call is rejected. */
  deidentify(input: DeidentifyFileInput): Promise<DeidentifiedFile>;
  encodePng(raster: Raster): Promise<Uint8Array>;
  /** Ends the processes; calls that wait or run reject with `cancelled`. */
  dispose(): Promise<void>;
}

export interface DecodePoolOptions {
  readonly launcher: HostLauncher;
  /** Absolute path of the built `decode-host` entry. */
  readonly entry: string;
  /** Processes at most; they are started when there is work for them. */
  readonly size: number;
  readonly deadlineMs?: number;
  readonly memoryMB?: number;
  /** Resident memory at which a host is stopped in the middle of a job (`too_large`). */
  readonly residentMB?: number;
}

export const decodeLimits = {
  deadlineMs: 20_000,
  memoryMB: 1024,
  /** The largest file, V8's heap and as much for WASM. */
  residentMB: 3072,
} as const;

/** Jobs wait in one queue and run in order of arrival, one in each process. */
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
