import type { Resample } from '../models/pipeline';
import { blockMeans } from './block-means';
import { gatherLine, OUTSIDE, PHASES, tabulate } from './filter-taps';
import type { Samples } from './normalise';
import type { Raster } from './raster';

/** A crop of the source that is resized to the output, flipped, then rotated about its centre. */
export interface View {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly flip: boolean;
  /** Counter-clockwise, like rotate in PIL and torchvision. */
  readonly degrees: number;
}

/**
 * Samples the view: each output pixel is the filtered source around the position that maps to it. As the resize precedes
 * the rotation, the filter's footprint is axis-aligned in the source and one output pixel wide, like that of `resize`.
 * If an output pixel covers two or more source pixels, integer block means are taken first, so that few taps per axis
 * always suffice; an unrotated view then equals `resize` to within a few levels at sharp edges. Positions outside the
 * source are black, as torchvision's rotation fills them.
 */
export function sampleView(
  raster: Raster,
  view: View,
  width: number,
  height: number,
  resample: Resample = 'bilinear',
): Samples & { readonly data: Float32Array } {
  const { channels } = raster;
  // `nearest` takes one pixel of the source, not the mean of a block.
  const factorOf = (ratio: number) => (resample === 'nearest' ? 1 : Math.max(1, Math.floor(ratio)));
  const factorX = factorOf(view.width / width);
  const factorY = factorOf(view.height / height);
  const source = blockMeans(raster, factorX, factorY);
  const scaleX = view.width / width / factorX;
  const scaleY = view.height / height / factorY;
  const out = new Float32Array(width * height * channels);
  const x = tabulate(resample, Math.max(1, scaleX));
  const y = tabulate(resample, Math.max(1, scaleY));
  const positions = {
    columns: new Int32Array(width),
    rows: new Int32Array(width),
    phasesX: new Int32Array(width),
    phasesY: new Int32Array(width),
  };
  const angle = (view.degrees * Math.PI) / 180;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const mirror = view.flip ? -1 : 1;
  // Below, the centres of pixels are at integers.
  const centerX = (view.left + view.width / 2) / factorX - 0.5;
  const centerY = (view.top + view.height / 2) / factorY - 0.5;
  const endX = raster.width / factorX - 0.5;
  const endY = raster.height / factorY - 0.5;
  const stepX = cos * mirror * scaleX;
  const stepY = sin * scaleY;

  const { columns, rows, phasesX, phasesY } = positions;
  for (let line = 0; line < height; line++) {
    const dy = line + 0.5 - height / 2;
    const dx = 0.5 - width / 2;
    const startX = centerX + mirror * (cos * dx - sin * dy) * scaleX;
    const startY = centerY + (sin * dx + cos * dy) * scaleY;
    for (let place = 0; place < width; place++) {
      const sourceX = startX + place * stepX;
      const sourceY = startY + place * stepY;
      if (!(sourceX >= -0.5 && sourceY >= -0.5 && sourceX < endX && sourceY < endY)) {
        columns[place] = OUTSIDE;
        continue;
      }
      // Shifted by one so that truncation is a floor.
      const column = ((sourceX + 1) | 0) - 1;
      const row = ((sourceY + 1) | 0) - 1;
      columns[place] = column;
      rows[place] = row;
      phasesX[place] = ((sourceX - column) * PHASES) | 0;
      phasesY[place] = ((sourceY - row) * PHASES) | 0;
    }
    gatherLine({ source, x, y, out }, positions, line * width * channels, resample);
  }
  return { width, height, channels, data: out };
}
