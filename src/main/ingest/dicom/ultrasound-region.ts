import type { DataSet } from 'dicom-parser';
import type { PixelBox } from '../canonical-raster';

const SEQUENCE_OF_ULTRASOUND_REGIONS = 'x00186011';
const SPATIAL_FORMAT_2D = 1;
const DATA_TYPE_TISSUE = 1;
/** No file in use has more. */
const MAX_REGIONS = 256;
/** Regions that are smaller on a side are marks, not pictures. */
const SMALLEST_SIDE = 16;

/** Region Location Min X0, Min Y0, Max X1, Max Y1 (PS3.3, C.8.5.5.1.3): pixels of both corners, the last included. */
function readBox(region: DataSet, rows: number, columns: number): PixelBox | null {
  const [x0, y0, x1, y1] = ['x00186018', 'x0018601a', 'x0018601c', 'x0018601e'].map((tag) => region.uint32(tag));
  if (x0 === undefined || y0 === undefined || x1 === undefined || y1 === undefined) return null;
  const width = Math.min(x1, columns - 1) - x0 + 1;
  const height = Math.min(y1, rows - 1) - y0 + 1;
  return width < SMALLEST_SIDE || height < SMALLEST_SIDE ? null : { x: x0, y: y0, width, height };
}

/**
 * The part of an ultrasound picture that shows tissue: the only region of spatial format 2D (1) and data type Tissue
 * (1) in the Sequence of Ultrasound Regions (0018,6011). Null where the file names none, or several different ones,
 * such as two views side by side: which of them is meant is not said.
 */
export function readTissueRegion(dataSet: DataSet, rows: number, columns: number): PixelBox | null {
  const regions = dataSet.elements[SEQUENCE_OF_ULTRASOUND_REGIONS]?.items ?? [];
  const boxes = new Map<string, PixelBox>();
  for (const { dataSet: region } of regions.slice(0, MAX_REGIONS)) {
    if (region?.uint16('x00186012') !== SPATIAL_FORMAT_2D || region.uint16('x00186014') !== DATA_TYPE_TISSUE) continue;
    const box = readBox(region, rows, columns);
    if (box === null) return null;
    boxes.set(`${box.x} ${box.y} ${box.width} ${box.height}`, box);
  }
  const [only] = boxes.values();
  return boxes.size === 1 && only !== undefined ? only : null;
}
