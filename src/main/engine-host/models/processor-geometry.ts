import { z } from 'zod';
import { type Preparation, type Resample, resampleNames } from '#shared/models/pipeline';
import { type processorClass, usualClass } from './processor-classes';

/** How an image becomes a square of pixels. */
export type Geometry = Pick<Preparation, 'height' | 'width' | 'fit' | 'resample'>;

/** Fields of an image processor's file that determine the size and what is seen. */
export const geometryFields = {
  do_resize: z.boolean().nullish(),
  size: z.unknown().optional(),
  default_to_square: z.boolean().nullish(),
  do_center_crop: z.boolean().nullish(),
  crop_size: z.unknown().optional(),
  crop_pct: z.number().positive().max(1).nullish(),
  resample: z.number().int().nullish(),
};
const fieldsSchema = z.object(geometryFields);

/** A size or crop that no model of Fovea's families can take. */
export const MAX_SIDE = 4096;
const side = z.number().int().min(1).max(MAX_SIDE);

/** The sets of keys that transformers accepts for images of one size. */
const sizeSchema = z.union([
  z.strictObject({ height: side, width: side }),
  z.strictObject({ shortest_edge: side, longest_edge: side.nullish() }),
  z.strictObject({ longest_edge: side }),
  z.strictObject({ max_height: side, max_width: side }),
]);
type Size = z.infer<typeof sizeSchema>;

export interface ReadGeometry {
  /** Null if the file does not determine one: the network's own size then applies. */
  readonly geometry: Geometry | null;
  readonly notes: readonly string[];
}

/**
 * Reads size, crop and resampling as transformers does, with the defaults of the class that the file names.
 *
 * @param reject makes the error for a value, from the end of a sentence that begins with the file's name
 */
export function readGeometry(
  fields: z.infer<typeof fieldsSchema>,
  { name, defaults }: ReturnType<typeof processorClass>,
  reject: (reason: string) => Error,
): ReadGeometry {
  const assumed = defaults ?? usualClass;
  const crops = fields.do_center_crop ?? assumed.crops;
  if (fields.do_resize === false) {
    return {
      geometry: null,
      notes: ["The checkpoint does not resize images (do_resize). Fovea resizes them to the network's size."],
    };
  }
  const resample = resampleOf(fields.resample, assumed.resample, reject);
  const toSquare = fields.default_to_square ?? assumed.toSquare;
  const size = sizeOf(fields.size ?? assumed.size, toSquare, 'size', reject);
  if (name === 'ConvNext' && 'shortest_edge' in size)
    return { geometry: convNext(size.shortest_edge, resample, fields.crop_pct), notes: [] };
  const crop = crops ? sizeOf(fields.crop_size ?? assumed.cropSize, true, 'crop_size', reject) : null;
  if (crop !== null && !('height' in crop)) throw reject('has a crop_size without height and width');
  return fitOf(size, crop, resample);
}

function resampleOf(given: number | null | undefined, assumed: Resample, reject: (reason: string) => Error): Resample {
  if (given === null || given === undefined) return assumed;
  const name = resampleNames[given];
  if (name === undefined) throw reject(`has a resample of ${given}, which is none of Pillow's filters (0 to 5)`);
  return name;
}

/** One number or a pair of height and width become a record, as in transformers' `get_size_dict`. */
function sizeOf(given: unknown, toSquare: boolean, field: string, reject: (reason: string) => Error): Size {
  let size = given;
  if (typeof given === 'number') size = toSquare ? { height: given, width: given } : { shortest_edge: given };
  else if (Array.isArray(given) && given.length === 2) size = { height: given[0], width: given[1] };
  const parsed = sizeSchema.safeParse(size);
  if (!parsed.success) throw reject(`has an invalid ${field}: ${JSON.stringify(given)?.slice(0, 80)}`);
  return parsed.data;
}

const isSquare = ({ height, width }: { readonly height: number; readonly width: number }) => height === width;
const notSquare = (height: number, width: number): ReadGeometry => ({
  geometry: null,
  notes: [`The checkpoint's images have ${width} × ${height} pixels. Fovea gives the network squares of its own size.`],
});
const CENTRE = 'The checkpoint does not cut images to a square. Fovea gives the network the square at their centre.';
const PADDED = 'The checkpoint does not pad images to a square. Fovea pads them with black.';

function fitOf(
  size: Size,
  crop: { readonly height: number; readonly width: number } | null,
  resample: Resample,
): ReadGeometry {
  if ('height' in size) {
    const frame = crop ?? size;
    if (!isSquare(frame)) return notSquare(frame.height, frame.width);
    const { height, width } = frame;
    const whole = size.height === height && size.width === width;
    return { geometry: { height, width, resample, ...(whole ? {} : { fit: { kind: 'squash', ...size } }) }, notes: [] };
  }
  if ('shortest_edge' in size) {
    const edge = size.shortest_edge;
    const { height, width } = crop ?? { height: edge, width: edge };
    if (height !== width) return notSquare(height, width);
    const longest = size.longest_edge ?? null;
    const fit = { kind: 'shortest-edge' as const, edge, ...(longest === null ? {} : { longestEdge: longest }) };
    return { geometry: { height, width, resample, fit }, notes: crop === null ? [CENTRE] : [] };
  }
  const [height, width] =
    'longest_edge' in size ? [size.longest_edge, size.longest_edge] : [size.max_height, size.max_width];
  if (height !== width) return notSquare(height, width);
  if (crop !== null && (crop.height !== height || crop.width !== width)) return notSquare(crop.height, crop.width);
  return {
    geometry: { height, width, resample, fit: { kind: 'letterbox' } },
    notes: crop === null ? [PADDED] : [],
  };
}

/** ConvNextImageProcessor: below 384 px, a larger image is cut; from there on, images are squashed. */
function convNext(edge: number, resample: Resample, cropShare: number | null | undefined): Geometry {
  const frame = { height: edge, width: edge, resample };
  if (edge >= 384) return frame;
  return { ...frame, fit: { kind: 'shortest-edge', edge: Math.trunc(edge / (cropShare ?? 224 / 256)) } };
}
