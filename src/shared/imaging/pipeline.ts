import { CANONICAL_SHORT_SIDE, type Pipeline } from '../models/pipeline';
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

/** The pipeline of a backbone with `size` × `size` inputs and the normalisation of its image processor. */
export function defaultPipeline(size: number, { rescaleFactor, mean, std } = defaultNormalisation): Pipeline {
  return {
    version: 1,
    intensity: { kind: 'auto' },
    ...currentReading,
    canonicalShortSide: CANONICAL_SHORT_SIDE,
    height: size,
    width: size,
    resample: 'bilinear',
    rescaleFactor,
    mean: [...mean],
    std: [...std],
  };
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
