import type { FileIdentity } from '#shared/identity/file-identity';
import type { Raster } from '#shared/imaging/raster';
import type { ErrorInfo } from '#shared/ipc/errors';
import type { ImageKind } from '#shared/models/dataset';

/** A VOI window in units after the modality LUT. */
export interface IntensityWindow {
  readonly center: number;
  readonly width: number;
}

/** Lowest and highest value, inclusive. */
export interface ValueRange {
  readonly min: number;
  readonly max: number;
}

/**
 * Facts declared by a file. `identity` carries raw identifiers out of the file: the recipient hashes them at once and
 * stores none of them.
 */
export interface FileFacts {
  readonly kind: ImageKind;
  /** SHA-256 of the file's bytes, lower-case hex. */
  readonly hash: string;
  readonly fileBytes: number;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** The frame that these facts describe, from 0. */
  readonly frame: number;
  readonly bitsStored: number | null;
  readonly photometricInterpretation: string | null;
  readonly transferSyntax: string | null;
  readonly modality: string | null;
  /** Whether the image has colour (channels that differ), whatever its format. */
  readonly colour: boolean;
  /** The first VOI window of the frame, or null. */
  readonly window: IntensityWindow | null;
  /** Range of the frame's values after the modality LUT, without padding. */
  readonly range: ValueRange;
  readonly identity: FileIdentity;
  readonly subject: {
    readonly sex: string | null;
    /** Years. */
    readonly age: number | null;
  };
  readonly equipment: {
    readonly manufacturer: string | null;
    readonly model: string | null;
    readonly station: string | null;
    /** Institution Name: identifying, hashed at once like `identity`. */
    readonly institution: string | null;
  };
  /** Year of the acquisition, else of the study. */
  readonly acquiredYear: number | null;
  readonly burnedInAnnotation: 'yes' | 'no' | 'unknown';
  /** Sentences for people, such as "The file is damaged after the image data". */
  readonly warnings: readonly string[];
}

export interface IngestedFile {
  readonly facts: FileFacts;
  /** Canonical: short side at most the requested one, aspect kept. */
  readonly raster: Raster;
  /** JPEG, long side at most 192 pixels. */
  readonly thumbnail: Uint8Array;
  readonly picture: PictureFacts;
}

/** A canonical raster, with the SHA-256 of its file in lower-case hex. */
export interface CanonicalRaster {
  readonly hash: string;
  readonly raster: Raster;
}

/** Appearance of a canonical raster, for finding duplicates and unusual images. */
export interface PictureFacts {
  /** Hash of size and pixels, lower-case hex: equal for files with the same image. */
  readonly content: string;
  /** See `describePicture`. */
  readonly descriptor: Uint8Array;
  /** See `measurePicture` and `encodeMeasures`. */
  readonly measures: Uint8Array;
}

/** Result for one frame of a file: the image, or the reason for its absence. */
export type FrameOutcome =
  | { readonly frame: number; readonly file: IngestedFile }
  | { readonly frame: number; readonly error: ErrorInfo };

/** Some of the requested frames. */
export interface IngestedFrames {
  /** Number of requested frames, given the file's own number of frames. */
  readonly chosen: number;
  /** Index among the requested frames to continue from; equals `chosen` at the end. */
  readonly next: number;
  readonly outcomes: readonly FrameOutcome[];
}

/** One row of a file's tags in the inspector. */
export interface TagRow {
  /** "(0010,0020)" */
  readonly tag: string;
  /** The dictionary's keyword, such as "PatientID"; empty for private and unknown tags. */
  readonly keyword: string;
  readonly vr: string;
  /** Masked as "•••" for identifying tags, unless they were requested. */
  readonly value: string;
  readonly identifying: boolean;
}

/** Stored values of one frame, before any look-up table or colour conversion. */
export interface StoredFrameSummary {
  /** [rows, columns] or [rows, columns, samples]. */
  readonly shape: readonly number[];
  /** NumPy's name: "uint8", "int16", ... */
  readonly dtype: string;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** SHA-256, lower-case hex, of the values as little-endian bytes in the order of `shape`. */
  readonly sha256le: string;
}

/** The first frame as initially displayed, in stored pixels (`pixelAspect` is their shape). */
export interface DisplaySummary {
  readonly window: IntensityWindow | null;
  /** Mean of the display values, 0 to 255, over all channels. */
  readonly mean: number;
  /** 8 rows of 8 means of display values, each [red, green, blue]; equal for grey. */
  readonly grid8: readonly (readonly (readonly [number, number, number])[])[];
}

/** Result of inspecting a file; the output of `fovea inspect`. */
export interface InspectedFile {
  readonly path: string;
  readonly ok: boolean;
  /** Null if Fovea does not read the file's format. */
  readonly kind: ImageKind | null;
  readonly error?: ErrorInfo;
  readonly transferSyntax: string | null;
  readonly photometricInterpretation: string | null;
  readonly rows: number | null;
  readonly columns: number | null;
  readonly frames: number | null;
  readonly bitsStored: number | null;
  /** Pixel height divided by width; 1 if square or unknown. Null before an image is read. */
  readonly pixelAspect: number | null;
  readonly modality: string | null;
  readonly frame0: StoredFrameSummary | null;
  readonly display: DisplaySummary | null;
  readonly tags: readonly TagRow[];
  readonly warnings: readonly string[];
}
