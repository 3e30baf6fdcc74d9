import type { PictureMeasures } from '../imaging/picture-measures';
import type { ImageKind } from '../models/dataset';

/** An image of the dataset as finders of odd pictures see it. */
export interface MeasuredImage {
  readonly image: number;
  /** Number of its class. */
  readonly label: number | null;
  /** (0008,0060); null for PNG and JPEG. */
  readonly modality: string | null;
  readonly kind: ImageKind;
  /** Of the file, pixels. */
  readonly width: number;
  readonly height: number;
  /** (0028,0301); null where the file does not say. */
  readonly burnedIn: 'yes' | 'no' | null;
  readonly measures: PictureMeasures;
}
