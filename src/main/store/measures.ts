import { decodeMeasures } from '#shared/imaging/measures-bytes';
import type { ImageKind } from '#shared/models/dataset';
import type { MeasuredImage } from '#shared/review/measured-image';
import type { ProjectStore } from './open';

/** Images per page of parsed measures. */
const PAGE = 5_000;

type Row = readonly [
  number,
  number | null,
  string | null,
  ImageKind,
  number,
  number,
  'yes' | 'no' | null,
  measures: string,
];

/**
 * Measured images of the dataset, by image id. Those of an older project appear after the next search for duplicates,
 * which describes them.
 */
export function pictureMeasures(store: ProjectStore): MeasuredImage[] {
  const images: MeasuredImage[] = [];
  for (let after = 0; ; ) {
    const rows = store.json<Row[]>(
      `SELECT json_group_array(json_array(id, label_id, modality, kind, width, height, burned_in, measures)) FROM (
         SELECT id, label_id, modality, kind, width, height, burned_in, hex(measures) AS measures
         FROM pictures JOIN images ON id = image_id
         WHERE image_id > ? AND removed_at IS NULL AND measures IS NOT NULL ORDER BY image_id LIMIT ?)`,
      after,
      PAGE,
    );
    for (const [image, label, modality, kind, width, height, burnedIn, bytes] of rows) {
      after = image;
      const measures = decodeMeasures(Buffer.from(bytes, 'hex'));
      if (measures !== null) images.push({ image, label, modality, kind, width, height, burnedIn, measures });
    }
    if (rows.length < PAGE) return images;
  }
}
