import type { DataSet } from 'dicom-parser';
import { FoveaError } from '#shared/ipc/errors';
import { MAX_PIXELS } from '../limits';

/** The Image Pixel module (PS3.3, C.7.6.3), checked. */
export interface ImageAttributes {
  readonly rows: number;
  readonly columns: number;
  readonly samples: 1 | 3;
  readonly bitsAllocated: 1 | 8 | 16 | 32 | 64;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
  /** True: all red, then all green, then all blue. */
  readonly planar: boolean;
  readonly frames: number;
  readonly photometricInterpretation: string;
  /** Values of (7FE0,0008) and (7FE0,0009) are floats. */
  readonly float: boolean;
}

function damaged(message: string): FoveaError {
  return new FoveaError('damaged', message, { hint: 'Export the file again from the archive.' });
}

/** Number of Frames (0028,0008); 1 where it is absent or makes no sense. */
export function readFrameCount(dataSet: DataSet): number {
  const frames = dataSet.intString('x00280008') ?? 1;
  return Number.isFinite(frames) && frames >= 1 ? frames : 1;
}

/** Errors: `not_dicom_image` (no image in it: a report, a plan), `damaged` (values that contradict), `too_large`. */
export function readImageAttributes(dataSet: DataSet): ImageAttributes {
  const rows = dataSet.uint16('x00280010');
  const columns = dataSet.uint16('x00280011');
  const allocated = dataSet.uint16('x00280100');
  if (rows === undefined || columns === undefined || allocated === undefined) {
    throw new FoveaError('not_dicom_image', 'The DICOM file does not describe an image (no rows, columns or bits).', {
      hint: 'Reports, plans and waveforms have no picture to learn from.',
    });
  }
  if (rows === 0 || columns === 0) throw damaged('The DICOM file says that its image has no rows or no columns.');
  if (rows * columns > MAX_PIXELS) {
    throw new FoveaError('too_large', `The image has ${rows} x ${columns} pixels, which is more than Fovea reads.`);
  }
  const samples = dataSet.uint16('x00280002') ?? 1;
  if (samples !== 1 && samples !== 3)
    throw damaged(`The DICOM image has ${samples} samples per pixel; 1 or 3 are read.`);
  const float = dataSet.elements['x7fe00008'] !== undefined || dataSet.elements['x7fe00009'] !== undefined;
  if (allocated !== 1 && allocated !== 8 && allocated !== 16 && allocated !== 32 && !(allocated === 64 && float)) {
    throw damaged(`The DICOM image has ${allocated} bits allocated; 1, 8, 16 and 32 are read.`);
  }
  const bitsStored = dataSet.uint16('x00280101') ?? allocated;
  const highBit = dataSet.uint16('x00280102') ?? bitsStored - 1;
  if (bitsStored < 1 || bitsStored > allocated || highBit >= allocated || highBit < bitsStored - 1) {
    throw damaged(
      `The DICOM image contradicts itself: ${bitsStored} bits stored of ${allocated}, high bit ${highBit}.`,
    );
  }
  return {
    rows,
    columns,
    samples,
    bitsAllocated: allocated,
    bitsStored,
    highBit,
    signed: dataSet.uint16('x00280103') === 1,
    planar: samples === 3 && dataSet.uint16('x00280006') === 1,
    frames: readFrameCount(dataSet),
    photometricInterpretation: (dataSet.string('x00280004') ?? '').trim().toUpperCase(),
    float,
  };
}
