import type { InspectedFile } from './types';

/** An inspection result before anything is known about the file. */
export function emptyInspection(path: string): InspectedFile {
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
