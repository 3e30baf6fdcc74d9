import type { Raster } from '#shared/imaging/raster';
import type { AttentionMaps } from '#shared/models/attention';

/** Sources of the pictures of one prediction. */
export interface PredictionPictures {
  readonly raster: Raster;
  readonly attention: AttentionMaps | null;
}

/** Keeps pictures of predictions up to `limit` bytes; drops the least recently used first. */
export class PredictionMemory {
  readonly #entries = new Map<string, PredictionPictures>();
  readonly #limit: number;
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  put(id: string, pictures: PredictionPictures): void {
    this.delete(id);
    this.#entries.set(id, pictures);
    this.#bytes += size(pictures);
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#limit || oldest === id) break;
      this.delete(oldest);
    }
  }

  get(id: string): PredictionPictures | null {
    const pictures = this.#entries.get(id);
    if (pictures === undefined) return null;
    this.#entries.delete(id);
    this.#entries.set(id, pictures);
    return pictures;
  }

  delete(id: string): void {
    const pictures = this.#entries.get(id);
    if (pictures === undefined) return;
    this.#entries.delete(id);
    this.#bytes -= size(pictures);
  }
}

const size = ({ raster, attention }: PredictionPictures): number =>
  raster.data.byteLength + (attention === null ? 0 : attention.rows.byteLength + attention.rollout.byteLength);
