import type { Raster } from '#shared/imaging/raster';
import type { Intensity } from '#shared/models/pipeline';
import type { IngestedFile, InspectedFile, IntensityWindow, TagRow } from '../ingest/types';

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
  }): Promise<IngestedFile>;
  /** One frame (from 0) at full size as a PNG; `window` null takes the file's own window, else its range. */
  display(input: {
    readonly path: string;
    readonly frame: number;
    readonly window: IntensityWindow | null;
    readonly invert: boolean;
  }): Promise<Uint8Array>;
  /** Identifying values are masked unless they are asked for. */
  tags(input: { readonly path: string; readonly identifying: boolean }): Promise<TagRow[]>;
  /** Never rejects for what is wrong with the file: the answer says `ok: false` and why. */
  inspect(input: { readonly path: string; readonly identifying: boolean }): Promise<InspectedFile>;
  /** A cached canonical raster (path of a .raster file) as a PNG, long side at most `maxSide`. */
  rasterPng(input: { readonly raster: string; readonly maxSide?: number }): Promise<Uint8Array>;
  encodePng(raster: Raster): Promise<Uint8Array>;
  dispose(): Promise<void>;
}
