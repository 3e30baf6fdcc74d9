import type { Preparation } from '../models/pipeline';
import type { Raster } from './raster';

type Size = Pick<Raster, 'width' | 'height'>;

/** The size to which an image is resized, and the top left corner of the network's input in it, both in whole pixels. */
export interface Placement extends Size {
  /** Negative where the image does not reach the edge of the input, which is then black. */
  readonly left: number;
  readonly top: number;
}

/**
 * Where an image of this size lies in the network's input. Sizes and rounding are those of transformers'
 * `get_resize_output_image_size`, `get_size_with_aspect_ratio`, `get_image_size_for_max_height_width` and `center_crop`.
 */
export function placeImage(image: Size, preparation: Pick<Preparation, 'height' | 'width' | 'fit'>): Placement {
  const { width, height } = resizedSize(image, preparation);
  return {
    width,
    height,
    left: Math.floor((width - preparation.width) / 2),
    top: Math.floor((height - preparation.height) / 2),
  };
}

function resizedSize(image: Size, { height, width, fit }: Pick<Preparation, 'height' | 'width' | 'fit'>): Size {
  switch (fit?.kind) {
    case undefined:
      return { height, width };
    case 'squash':
      return { height: fit.height, width: fit.width };
    case 'shortest-edge':
      return byShortestEdge(image, fit.edge, fit.longestEdge);
    case 'letterbox': {
      const scale = Math.min(height / image.height, width / image.width);
      return { height: whole(image.height * scale), width: whole(image.width * scale) };
    }
  }
}

const whole = (value: number) => Math.max(1, Math.trunc(value));

function byShortestEdge({ width, height }: Size, edge: number, longestEdge: number | undefined): Size {
  const [short, long] = width <= height ? [width, height] : [height, width];
  let exact = edge;
  let newShort = edge;
  if (longestEdge !== undefined && (long / short) * edge > longestEdge) {
    exact = (longestEdge * short) / long;
    newShort = Math.max(1, roundHalfEven(exact));
  }
  const newLong = short === long ? newShort : whole((exact * long) / short);
  return width <= height ? { width: newShort, height: newLong } : { width: newLong, height: newShort };
}

/** Python's `round`. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** A rectangle in pixels of the image; it may be fractional and extend beyond the image. */
export interface Frame extends Size {
  readonly left: number;
  readonly top: number;
}

/** The part of the image that fills the network's input, in pixels of the image. */
export function frameOf(image: Size, preparation: Pick<Preparation, 'height' | 'width' | 'fit'>): Frame {
  const placed = placeImage(image, preparation);
  const scaleX = image.width / placed.width;
  const scaleY = image.height / placed.height;
  return {
    left: placed.left * scaleX,
    top: placed.top * scaleY,
    width: preparation.width * scaleX,
    height: preparation.height * scaleY,
  };
}

/** `frameOf` in shares of the image's width and height; undefined if it is the whole image. */
export function frameShare(image: Size, preparation: Pick<Preparation, 'height' | 'width' | 'fit'>): Frame | undefined {
  if (preparation.fit === undefined) return undefined;
  const { left, top, width, height } = frameOf(image, preparation);
  return {
    left: left / image.width,
    top: top / image.height,
    width: width / image.width,
    height: height / image.height,
  };
}

/**
 * The short side of the image once resized, at most: a raster with a smaller short side than this and than its source
 * would be enlarged.
 */
export function largestShortSide({ height, width, fit }: Pick<Preparation, 'height' | 'width' | 'fit'>): number {
  switch (fit?.kind) {
    case undefined:
    case 'letterbox':
      return Math.max(height, width);
    case 'squash':
      return Math.max(fit.height, fit.width);
    case 'shortest-edge':
      return fit.edge;
  }
}
