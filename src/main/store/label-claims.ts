import type { ProjectStore } from './open';

/** What a file with the same bytes as an image is labelled, by its folder or a table. */
export interface LabelClaim {
  readonly image: number;
  /** Of the image as it is stored, and its label. */
  readonly imagePath: string;
  readonly label: number;
  /** Of the other file, and what that one is labelled. */
  readonly path: string;
  readonly claimed: number;
}

/** Remembers that a file with the bytes of an image was labelled otherwise. */
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

/** Forgets what a file was labelled: it has come again and agrees by now. */
export function dropLabelClaim(
  store: ProjectStore,
  { image, sourceId, path }: { readonly image: number; readonly sourceId: number; readonly path: string },
): void {
  store.run('DELETE FROM label_claims WHERE image_id = ? AND source_id = ? AND path = ?', image, sourceId, path);
}

/** Claims that differ from the label that the image has, where that is no person's own word; by image. */
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
