import { join } from 'node:path';
import { z } from 'zod';
import { defaultNormalisation } from '#shared/imaging/pipeline';
import { FoveaError } from '#shared/ipc/errors';
import type { Pipeline } from '#shared/models/pipeline';
import { processorClass } from './processor-classes';
import { type Geometry, geometryFields, readGeometry } from './processor-geometry';
import { readJsonFile } from './read-json';

type Triple = Pipeline['mean'];

/** What a checkpoint's file says of the pixels that it takes: their size, x × rescaleFactor, then (x - mean) / std. */
export interface ImageProcessor extends Pick<Pipeline, 'rescaleFactor' | 'mean' | 'std'> {
  /** The file of the folder that specifies it; null if none does. */
  readonly file: string | null;
  /** Null if nothing is said: the network's own size, and the whole image. */
  readonly geometry: Geometry | null;
  /** Assumptions, and differences from the checkpoint, as sentences. */
  readonly notes: readonly string[];
}

const PREPROCESSOR = 'preprocessor_config.json';
const PROCESSOR = 'processor_config.json';
export const processorFiles: readonly string[] = [PROCESSOR, PREPROCESSOR];

const number = z.number();
/** One number applies to all three channels, as in transformers. */
const channels = z.union([number, z.tuple([number]), z.tuple([number, number, number])]).transform((value): Triple => {
  const [red, green = red, blue = red] = typeof value === 'number' ? [value] : value;
  return [red, green, blue];
});

/** The fields that change pixels. */
const processorSchema = z.object({
  image_processor_type: z.string().nullish(),
  feature_extractor_type: z.string().nullish(),
  do_rescale: z.boolean().nullish(),
  rescale_factor: z.number().positive().nullish(),
  do_normalize: z.boolean().nullish(),
  image_mean: z.unknown().optional(),
  image_std: z.unknown().optional(),
  ...geometryFields,
});
type Fields = z.infer<typeof processorSchema>;

const bad = (file: string, reason: string) =>
  new FoveaError('backbone_invalid', `${file} ${reason}.`, {
    hint: 'The model would receive different pixels than in its training. Download this file again from the source of the model.',
  });

/**
 * Reads how the checkpoint prepares pixels, from the file that transformers uses: `processor_config.json` if it
 * contains an `image_processor`, else `preprocessor_config.json`. Without either, the whole image and the normalisation
 * of ViT's own class are assumed.
 *
 * @param names files of the folder
 * @param modelType `model_type` of the folder's config.json, which determines the class if the file names none
 * @throws FoveaError `backbone_invalid` for implausible values
 */
export async function readImageProcessor(
  folder: string,
  names: readonly string[],
  modelType: string,
): Promise<ImageProcessor> {
  const given = await findProcessor(folder, names);
  if (given === null) {
    return {
      ...defaultNormalisation,
      file: null,
      geometry: null,
      notes: [`The checkpoint has no ${PREPROCESSOR}: a mean and standard deviation of 0.5 are assumed.`],
    };
  }
  const { file, fields: json } = given;
  const parsed = processorSchema.safeParse(json);
  if (!parsed.success) {
    const field = String(parsed.error.issues[0]?.path[0] ?? '');
    throw bad(file, field === '' ? 'is not a JSON object' : `has an invalid value for ${field}`);
  }
  const fields = parsed.data;
  const ofClass = processorClass(fields.image_processor_type ?? fields.feature_extractor_type ?? null, modelType);
  const rescaleFactor = fields.do_rescale === false ? 1 : (fields.rescale_factor ?? defaultNormalisation.rescaleFactor);
  const normalises = fields.do_normalize !== false;
  const mean: Triple = normalises ? channelsOf(file, fields, 'image_mean', ofClass.defaults?.mean) : [0, 0, 0];
  const std: Triple = normalises ? channelsOf(file, fields, 'image_std', ofClass.defaults?.std) : [1, 1, 1];
  const white = 255 * rescaleFactor;
  if (normalises) checkRange(file, white, mean, std);
  else if (white > 4 || white < 0.25)
    throw bad(file, `gives the model pixels from 0 to ${white}, neither rescaled nor normalised`);
  const { geometry, notes } = readGeometry(fields, ofClass, (reason) => bad(file, reason));
  return { rescaleFactor, mean, std, file, geometry, notes };
}

async function findProcessor(folder: string, names: readonly string[]) {
  if (names.includes(PROCESSOR)) {
    const json = await readJsonFile(join(folder, PROCESSOR), PROCESSOR);
    if (typeof json === 'object' && json !== null && 'image_processor' in json) {
      return { file: PROCESSOR, fields: json.image_processor };
    }
  }
  return names.includes(PREPROCESSOR)
    ? { file: PREPROCESSOR, fields: await readJsonFile(join(folder, PREPROCESSOR), PREPROCESSOR) }
    : null;
}

function channelsOf(
  file: string,
  fields: Fields,
  name: 'image_mean' | 'image_std',
  ofClass: Triple | undefined,
): Triple {
  if (fields[name] === undefined) {
    if (ofClass === undefined) throw bad(file, `has no ${name}, and Fovea does not know its class`);
    return ofClass;
  }
  const parsed = channels.safeParse(fields[name]);
  if (!parsed.success) throw bad(file, `has an ${name} that is neither one number nor three`);
  return parsed.data;
}

/**
 * Throws unless the mean is within the range of pixels, from 0 to `white`, and the standard deviation between a
 * hundredth of that range and twice it. Otherwise mean and scale belong to different ranges, and the model would see
 * only one grey, or only black and white.
 */
function checkRange(file: string, white: number, mean: Triple, std: Triple): void {
  const meanFits = mean.every((value) => value >= 0 && value <= white);
  const stdFits = std.every((value) => value >= white / 100 && value <= 2 * white);
  if (meanFits && stdFits) return;
  const [what, values] = meanFits ? ['image_std', std] : ['image_mean', mean];
  throw bad(
    file,
    `has an ${what} of ${values.join(', ')}, which does not fit pixels from 0 to ${Number(white.toPrecision(6))} (do_rescale, rescale_factor)`,
  );
}
