import type { ProjectStore } from './open';

/** The label that a folder or a table gives to another file with the same bytes as an image. */
export interface LabelClaim {
  readonly image: number;
  /** Path of the image as stored, and its label. */
  readonly imagePath: string;
  readonly label: number;
  /** Path of the other file, and its label. */
  readonly path: string;
  readonly claimed: number;
}

/** Records that a file with the bytes of an image has another label. */
export function addLabelClaim(
  store: ProjectStore,
  claim: { readonly image: number; readonly sourceId: number; readonly path: string; readonly classId: number },
): void {
  store.run(
    `INSERT INTO label_claims (image_id, source_id, path, class_id, at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (image_id, source_id, path) DO UPDATE SET class_id = excluded.class_id, at = excluded.at`,
    claim.image,
    claim.sourceId,
    claim.path,
    claim.classId,
    new Date().toISOString(),
  );
}

/** Removes a claim, after the file was imported again and agrees. */
export function dropLabelClaim(
  store: ProjectStore,
  { image, sourceId, path }: { readonly image: number; readonly sourceId: number; readonly path: string },
): void {
  store.run('DELETE FROM label_claims WHERE image_id = ? AND source_id = ? AND path = ?', image, sourceId, path);
}

/** Claims that differ from the image's label, unless a person decided that label; by image. */
export function openLabelClaims(store: ProjectStore): LabelClaim[] {
  return store.all<LabelClaim>(
    `SELECT image_id AS image, images.path AS imagePath, label_id AS label, label_claims.path AS path,
       class_id AS claimed
     FROM label_claims JOIN images ON images.id = image_id
     WHERE removed_at IS NULL AND label_id IS NOT NULL AND label_id <> class_id
       AND coalesce((SELECT source FROM labels WHERE labels.image_id = images.id ORDER BY labels.id DESC LIMIT 1), '')
         NOT IN ('user', 'adjudication', 'majority')
     ORDER BY image_id, label_claims.path`,
  );
}
