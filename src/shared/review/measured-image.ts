import type { PictureMeasures } from '../imaging/picture-measures';
import type { ImageKind } from '../models/dataset';

/** An image of the dataset as the review rules see it. */
export interface MeasuredImage {
  readonly image: number;
  /** Index of its class. */
  readonly label: number | null;
  /** (0008,0060); null for PNG and JPEG. */
  readonly modality: string | null;
  readonly kind: ImageKind;
  /** Size in the file, pixels. */
  readonly width: number;
  readonly height: number;
  /** (0028,0301); null if the file does not declare it. */
  readonly burnedIn: 'yes' | 'no' | null;
  readonly measures: PictureMeasures;
}
