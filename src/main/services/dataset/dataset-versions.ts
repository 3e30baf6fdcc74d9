import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { DatasetVersion } from '#shared/models/dataset';
import { classesByName } from '../../store/labels';
import { addVersion, newestVersion, presentImages } from '../../store/versions';
import type { OpenProject } from '../project/projects';

/** Work between two looks at what else there is to do: the window does not feel it. */
const SLICE_MS = 12;
/** The images are read in this many ranges of their hashes, which are evenly spread: a few hundred of 100,000 at once. */
const RANGES = 256;

/**
 * Gives the dataset as it is now a version number, unless the newest version holds the same images; null where there
 * never was an image. Its hash is SHA-256 over one line an image, `<SHA-256 of the file> <frame>\n`, in order of hash
 * and frame. `importId`: the import that made it.
 */
export async function recordVersion(project: OpenProject, importId: number | null): Promise<DatasetVersion | null> {
  const { store } = project;
  const hash = createHash('sha256');
  const byLabel = new Map<number, number>();
  const [highest = 0] = store.column<number | null>('SELECT max(id) FROM images');
  let members = new Uint8Array(Math.ceil(((highest ?? 0) + 1) / 8));
  let images = 0;
  let sliceStart = performance.now();
  const at = new Date().toISOString();
  for (let range = 0; range < RANGES; range++) {
    const [from, to] = [range, range + 1].map((value) => value.toString(16).padStart(2, '0')) as [string, string];
    // Hashes are lower-case hex: the last range ends at what no hash can begin with.
    for (const [id, file, frame, label] of presentImages(store, from, range === RANGES - 1 ? 'g' : to)) {
      hash.update(`${file} ${frame}\n`);
      // Another import may add images meanwhile.
      if (id >> 3 >= members.length) members = grown(members, id);
      members[id >> 3] = (members[id >> 3] ?? 0) | (1 << (id & 7));
      images += 1;
      if (label !== null) byLabel.set(label, (byLabel.get(label) ?? 0) + 1);
    }
    if (performance.now() - sliceStart > SLICE_MS) {
      await setImmediate();
      sliceStart = performance.now();
    }
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
