import type { Alignment } from '#shared/duplicates/picture-alignment';
import type { FileIdentity } from '#shared/identity/file-identity';
import type { Raster } from '#shared/imaging/raster';
import type { ErrorInfo } from '#shared/ipc/errors';
import type { FrameChoice } from '#shared/models/dataset';
import type { Crop, Intensity, PixelShape, WideSamples } from '#shared/models/pipeline';
import type { DeidentifiedFile, DeidentifyFileInput } from '../ingest/deidentify-file';
import type {
  CanonicalRaster,
  FrameOutcome,
  IngestedFile,
  IngestedFrames,
  InspectedFile,
  IntensityWindow,
  PictureFacts,
  TagRow,
} from '../ingest/types';
import type { Appended, PackEnd, Span } from '../packs/append';
import type { RasterPlace } from '../packs/place';

/** A frame of a file, and the way to its canonical raster. */
export interface RasterInput {
  readonly path: string;
  readonly intensity: Intensity;
  /** Maximum short side of the canonical raster, in pixels. */
  readonly shortSide: number;
  /** From 0, which is the default. */
  readonly frame?: number;
  /** Applies to the raster and its thumbnail; the facts refer to the whole picture. */
  readonly crop?: Crop | undefined;
  /** Absent: as stored. */
  readonly pixels?: PixelShape | undefined;
  readonly wideSamples?: WideSamples | undefined;
}

/** An ingested frame whose raster and thumbnail were appended to a pack. */
export interface StoredFrame extends Pick<IngestedFile, 'facts' | 'picture'> {
  readonly raster: Span;
  readonly thumbnail: Span;
}

export type StoredOutcome =
  | { readonly frame: number; readonly file: StoredFrame }
  | Extract<FrameOutcome, { readonly error: unknown }>;

export interface StoredFrames extends Omit<IngestedFrames, 'outcomes'> {
  readonly outcomes: readonly StoredOutcome[];
}

/** Jobs of a decode host by name: input and result. */
export interface DecodeJobs {
  ingest: { input: RasterInput; result: IngestedFile };
  ingestFrames: {
    input: {
      readonly path: string;
      readonly intensity: Intensity;
      readonly shortSide: number;
      readonly choice: FrameChoice;
      readonly from: number;
      readonly pixels?: PixelShape | undefined;
      readonly wideSamples?: WideSamples | undefined;
      readonly into: PackEnd;
    };
    result: Appended<StoredFrames>;
  };
  canonicalRaster: { input: RasterInput; result: CanonicalRaster };
  storeRaster: {
    input: RasterInput & { readonly into: PackEnd };
    result: Appended<{ readonly hash: string; readonly raster: Span }>;
  };
  display: {
    input: {
      readonly path: string;
      readonly frame: number;
      readonly window: IntensityWindow | null;
      readonly invert: boolean;
    };
    result: Uint8Array;
  };
  /** Null if the file is not DICOM. */
  identity: { input: { readonly path: string }; result: FileIdentity | null };
  tags: { input: { readonly path: string; readonly identifying: boolean }; result: TagRow[] };
  inspect: { input: { readonly path: string; readonly identifying: boolean }; result: InspectedFile };
  /** The File IDs listed in a DICOMDIR, with `/`. */
  mediaDirectory: { input: { readonly bytes: Uint8Array }; result: string[] };
  rasterPng: { input: { readonly raster: RasterPlace; readonly maxSide?: number }; result: Uint8Array };
  describe: { input: { readonly raster: RasterPlace }; result: PictureFacts };
  align: {
    input: { readonly first: RasterPlace; readonly second: RasterPlace; readonly straight: boolean };
    result: Alignment;
  };
  deidentify: { input: DeidentifyFileInput; result: DeidentifiedFile };
  encodePng: { input: Raster; result: Uint8Array };
}

export type DecodeJobName = keyof DecodeJobs;

/** Sent to the host, one at a time. */
export interface DecodeRequest<Name extends DecodeJobName = DecodeJobName> {
  readonly id: number;
  readonly name: Name;
  readonly input: DecodeJobs[Name]['input'];
}

/** Sent by the host. `memoryBytes` is its resident memory after the job. */
export type DecodeReply =
  | { readonly id: number; readonly ok: true; readonly value: unknown; readonly memoryBytes: number }
  | { readonly id: number; readonly ok: false; readonly error: ErrorInfo; readonly memoryBytes: number };
