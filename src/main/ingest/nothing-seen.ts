import type { InspectedFile } from './types';

/** The answer of an inspection before anything is known of the file. */
export function nothingSeen(path: string): InspectedFile {
  return {
    path,
    ok: false,
    kind: null,
    transferSyntax: null,
    photometricInterpretation: null,
    rows: null,
    columns: null,
    frames: null,
    bitsStored: null,
    pixelAspect: null,
    modality: null,
    frame0: null,
    display: null,
    tags: [],
    warnings: [],
  };
}
