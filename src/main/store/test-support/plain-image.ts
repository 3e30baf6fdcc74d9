import type { NewImage } from '../images';

/** Defaults for tests: an 8-bit grey PNG without known patient and origin. */
export const plainImage: Omit<NewImage, 'hash' | 'sourceId' | 'path' | 'fileBytes' | 'width' | 'height' | 'importId'> =
  {
    kind: 'png',
    frames: 1,
    colour: false,
    modality: null,
    bitsStored: 8,
    photometricInterpretation: null,
    transferSyntax: null,
    window: null,
    range: { min: 0, max: 255 },
    sex: null,
    age: null,
    manufacturer: null,
    model: null,
    flags: [],
    patientId: null,
    studyId: null,
    givenSplit: null,
  };
