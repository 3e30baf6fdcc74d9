import type { PixelBox } from '../canonical-raster';
import { readHeaderFacts } from './facts';
import { type OpenFrame, openDicomFrame } from './open-dicom';
import type { ParsedDicom } from './parse';
import { readTissueRegion } from './ultrasound-region';

/** A frame and everything that Fovea reads from its file. */
export interface DescribedFrame {
  readonly frame: OpenFrame;
  readonly header: ReturnType<typeof readHeaderFacts>;
  /** The tissue region of an ultrasound image, if the file declares one. */
  readonly tissue: PixelBox | null;
  /** Irregularities of the file and how they were handled; the same for an import and an inspection. */
  readonly notes: readonly string[];
}

/** @throws as `openDicomFrame`. */
export async function describeDicomFrame(parsed: ParsedDicom, index: number): Promise<DescribedFrame> {
  const frame = await openDicomFrame(parsed, index);
  const notes = new Set(frame.notes);
  const { rows, columns } = frame.image;
  const header = readHeaderFacts(parsed.dataSet, notes);
  const tissue = readTissueRegion(parsed.dataSet, rows, columns, notes);
  return { frame, header, tissue, notes: [...notes] };
}
