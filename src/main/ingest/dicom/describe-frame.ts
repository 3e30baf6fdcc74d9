import type { PixelBox } from '../canonical-raster';
import { readHeaderFacts } from './facts';
import { type OpenFrame, openDicomFrame } from './open-dicom';
import type { ParsedDicom } from './parse';
import { readTissueRegion } from './ultrasound-region';

/** A frame and all that Fovea reads of its file. */
export interface DescribedFrame {
  readonly frame: OpenFrame;
  readonly header: ReturnType<typeof readHeaderFacts>;
  /** The tissue in an ultrasound picture, where the file says where it is. */
  readonly tissue: PixelBox | null;
  /** What is odd in the file and what was done about it: the same for an import and an inspection. */
  readonly notes: readonly string[];
}

/** Errors: as `openDicomFrame`. */
export async function describeDicomFrame(parsed: ParsedDicom, index: number): Promise<DescribedFrame> {
  const frame = await openDicomFrame(parsed, index);
  const notes = new Set(frame.notes);
  const { rows, columns } = frame.image;
  const header = readHeaderFacts(parsed.dataSet, notes);
  const tissue = readTissueRegion(parsed.dataSet, rows, columns, notes);
  return { frame, header, tissue, notes: [...notes] };
}
