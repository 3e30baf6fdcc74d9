import { createHash } from 'node:crypto';
import type { DatasetVersion } from '#shared/models/dataset';
import { Slice } from '../../ingest/slice';
import { classesByName } from '../../store/labels';
import { addVersion, newestVersion, presentImages } from '../../store/versions';
import type { OpenProject } from '../project/projects';

/** Images are read in ranges of their evenly distributed hashes: a few hundred of 100,000 at once. */
const RANGES = 256;

/**
 * Records the current dataset as a new version, unless the newest version has the same images; null if there never was
 * an image. Its hash is SHA-256 over one line per image, `<SHA-256 of the file> <frame>\n`, ordered by hash and frame.
 * `importId`: the import that created it.
 */
export async function recordVersion(project: OpenProject, importId: number | null): Promise<DatasetVersion | null> {
  const { store } = project;
  const hash = createHash('sha256');
  const byLabel = new Map<number, number>();
  const [highest = 0] = store.column<number | null>('SELECT max(id) FROM images');
  let members = new Uint8Array(Math.ceil(((highest ?? 0) + 1) / 8));
  let images = 0;
  const slice = new Slice();
  const at = new Date().toISOString();
  for (let range = 0; range < RANGES; range++) {
    const [from, to] = [range, range + 1].map((value) => value.toString(16).padStart(2, '0')) as [string, string];
    // Hashes are lower-case hex, so the last range ends at “g”.
    for (const [id, file, frame, label] of presentImages(store, from, range === RANGES - 1 ? 'g' : to)) {
      hash.update(`${file} ${frame}\n`);
      // A concurrent import may add images.
      if (id >> 3 >= members.length) members = grown(members, id);
      members[id >> 3] = (members[id >> 3] ?? 0) | (1 << (id & 7));
      images += 1;
      if (label !== null) byLabel.set(label, (byLabel.get(label) ?? 0) + 1);
    }
    if (slice.isOver) await slice.next();
  }
  if (images === 0 && newestVersion(store) === null) return null;
  const classes = Object.fromEntries(
    classesByName(store).flatMap(({ id, name }) => {
      const count = byLabel.get(id);
      return count === undefined ? [] : [[name, count] as const];
    }),
  );
  return addVersion(store, { at, import: importId, images, classes, hash: hash.digest('hex') }, members);
}

function grown(members: Uint8Array<ArrayBuffer>, id: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(2 * members.length, (id >> 3) + 1));
  larger.set(members);
  return larger;
}
