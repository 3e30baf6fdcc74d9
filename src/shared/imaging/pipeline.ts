import { CANONICAL_SHORT_SIDE, type Pipeline, type Preparation } from '../models/pipeline';
import { largestShortSide } from './placement';
import { sha256Hex } from './sha256';

type Normalisation = Pick<Pipeline, 'rescaleFactor' | 'mean' | 'std'>;

/** How files are read now. Records of runs by earlier versions lack these keys. */
export const currentReading = { pixels: 'square', wideSamples: 'values' } as const;

/** The defaults of ViT's own image processor: 0 to 255 becomes -1 to 1. */
export const defaultNormalisation: Normalisation = {
  rescaleFactor: 1 / 255,
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
};

/** The pipeline of a backbone with `size` × `size` inputs that sees whole images, and a normalisation. */
export const defaultPipeline = (size: number, { rescaleFactor, mean, std } = defaultNormalisation): Pipeline =>
  pipelineFor({ height: size, width: size, resample: 'bilinear', rescaleFactor, mean, std });

/** The pipeline that reads files as they are read now and prepares their rasters in this way. */
export function pipelineFor({ height, width, fit, resample, rescaleFactor, mean, std }: Preparation): Pipeline {
  return {
    version: 1,
    intensity: { kind: 'auto' },
    ...currentReading,
    canonicalShortSide: canonicalShortSide({ height, width, ...(fit && { fit }) }),
    height,
    width,
    ...(fit && { fit }),
    resample,
    rescaleFactor,
    mean: [...mean],
    std: [...std],
  };
}

/** Larger rasters have a short side that is a multiple of this, so that runs of similar sizes share them. */
const SHORT_SIDE_STEP = 256;

/** The short side of canonical rasters, from which a picture is never enlarged unless its source is as small. */
function canonicalShortSide(preparation: Pick<Preparation, 'height' | 'width' | 'fit'>): number {
  return Math.max(CANONICAL_SHORT_SIDE, SHORT_SIDE_STEP * Math.ceil(largestShortSide(preparation) / SHORT_SIDE_STEP));
}

/** JSON with sorted keys: equal records give equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, v]) => v !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, v]) => `${JSON.stringify(key)}:${canonicalJson(v)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** UTF-8 without TextEncoder, which `lib` lacks here. Lone surrogates become U+FFFD. */
function utf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    let code = character.codePointAt(0) as number;
    if (code >= 0xd800 && code < 0xe000) code = 0xfffd;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return Uint8Array.from(bytes);
}

/** SHA-256 of a JSON-like record, independent of the order of its keys. */
export const recordHash = (record: unknown): string => sha256Hex(utf8(canonicalJson(record)));

/** Identifies the pipeline that a model was trained with: stored with every run, compared before every prediction. */
export const pipelineHash = (pipeline: Pipeline): string => recordHash(pipeline);

/**
 * Name of a folder of cached features (`cache/features/<key>`): depends on the frozen weights, the pipeline, and for
 * augmented views on everything else that determines them.
 */
export const featuresKey = (backboneHash: string, pipelineHash: string, more: readonly string[] = []): string =>
  sha256Hex(utf8([backboneHash, pipelineHash, ...more].join(' '))).slice(0, 32);
