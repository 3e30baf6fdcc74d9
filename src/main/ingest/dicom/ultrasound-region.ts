import type { DataSet } from 'dicom-parser';
import type { PixelBox } from '../canonical-raster';
import type { Notes } from './notes';
import { type NumberAttribute, readNumber } from './numbers/read-numbers';

const SEQUENCE_OF_ULTRASOUND_REGIONS = 'x00186011';
const SPATIAL_FORMAT: NumberAttribute = { tag: 'x00186012', name: 'Region Spatial Format', vr: 'US' };
const DATA_TYPE: NumberAttribute = { tag: 'x00186014', name: 'Region Data Type', vr: 'US' };
const SPATIAL_FORMAT_2D = 1;
const DATA_TYPE_TISSUE = 1;
/** More than any real file has. */
const MAX_REGIONS = 256;
/** Regions with a shorter side are marks, not images. */
const MIN_SIDE = 16;

/** Min X0, Min Y0, Max X1, Max Y1 (PS3.3, C.8.5.5.1.3). */
const corners: readonly NumberAttribute[] = ['x00186018', 'x0018601a', 'x0018601c', 'x0018601e'].map((tag) => ({
  tag,
  name: 'Region Location',
  vr: 'UL',
}));

/** The corner pixels are both included. */
function readBox(region: DataSet, rows: number, columns: number, notes: Notes): PixelBox | null {
  const [x0, y0, x1, y1] = corners.map((attribute) => readNumber(region, attribute, notes));
  if (x0 === undefined || y0 === undefined || x1 === undefined || y1 === undefined) return null;
  if (![x0, y0, x1, y1].every((place) => Number.isInteger(place) && place >= 0)) return null;
  const width = Math.min(x1, columns - 1) - x0 + 1;
  const height = Math.min(y1, rows - 1) - y0 + 1;
  return width < MIN_SIDE || height < MIN_SIDE ? null : { x: x0, y: y0, width, height };
}

/** Items of the Sequence of Ultrasound Regions (0018,6011) of spatial format 2D (1) and data type Tissue (1). */
export function tissueRegions(dataSet: DataSet, notes: Notes): readonly DataSet[] {
  const items = dataSet.elements[SEQUENCE_OF_ULTRASOUND_REGIONS]?.items ?? [];
  return items
    .slice(0, MAX_REGIONS)
    .map(({ dataSet: region }) => region)
    .filter((region): region is DataSet => region !== undefined)
    .filter((region) => readNumber(region, SPATIAL_FORMAT, notes) === SPATIAL_FORMAT_2D)
    .filter((region) => readNumber(region, DATA_TYPE, notes) === DATA_TYPE_TISSUE);
}

/**
 * The region of an ultrasound image that shows tissue. Null if the file declares none, or several different ones (such
 * as two views side by side), since it does not say which is meant.
 */
export function readTissueRegion(dataSet: DataSet, rows: number, columns: number, notes: Notes): PixelBox | null {
  const boxes = new Map<string, PixelBox>();
  for (const region of tissueRegions(dataSet, notes)) {
    const box = readBox(region, rows, columns, notes);
    if (box === null) return null;
    boxes.set(`${box.x} ${box.y} ${box.width} ${box.height}`, box);
  }
  const [only] = boxes.values();
  return boxes.size === 1 && only !== undefined ? only : null;
}
