import { createRandom } from '../imaging/random';
import { type ConfounderTag, confounderTags } from '../models/confounders';
import type { ConfounderImages } from './images';

export interface SyntheticOptions {
  readonly seed: number;
  readonly groups: number;
  readonly imagesPerGroup: number;
  readonly classes?: readonly string[];
  /** Share of images from the scanner associated with their class; the others have any. */
  readonly scannerOfClass?: number;
  /** Brightness that each class index adds to the upper border. */
  readonly borderStep?: number;
  /** The same for one cell of the text grid. */
  readonly textStep?: number;
}

const noTags = (n: number): Record<ConfounderTag, (string | null)[]> =>
  Object.fromEntries(confounderTags.map((tag) => [tag, new Array<string | null>(n).fill(null)])) as Record<
    ConfounderTag,
    (string | null)[]
  >;

/** Images with or without planted confounders, for tests. Groups are of one class, as patients mostly are. */
export function syntheticImages(options: SyntheticOptions): ConfounderImages {
  const { seed, groups, imagesPerGroup, classes = ['benign', 'malignant'] } = options;
  const { scannerOfClass = 0, borderStep = 0, textStep = 0 } = options;
  const random = createRandom(seed, 77);
  const n = groups * imagesPerGroup;
  const tags = noTags(n);
  const labels = new Int32Array(n);
  const groupOf = new Uint32Array(n);
  const measures: ConfounderImages['measures'][number][] = [];
  for (let group = 0; group < groups; group += 1) {
    const label = group % classes.length;
    const scanner = random.next() < scannerOfClass ? label : random.integer(classes.length);
    const gain = random.integer(30);
    for (let image = 0; image < imagesPerGroup; image += 1) {
      const index = group * imagesPerGroup + image;
      labels[index] = label;
      groupOf[index] = group;
      tags.model[index] = `Model ${scanner + 1}`;
      tags.manufacturer[index] = 'Maker';
      tags.matrix[index] = random.next() < 0.5 ? '512 x 512' : '640 x 480';
      const noisy = (level: number) => Math.max(0, Math.min(255, Math.round(level + random.integer(24) - 12)));
      measures.push({
        mean: noisy(90 + gain),
        deviation: noisy(40),
        border: Uint8Array.from({ length: 60 }, (_, cell) => noisy(60 + gain + (cell < 16 ? borderStep * label : 0))),
        text: Uint8Array.from({ length: 256 }, (_, cell) => noisy(20 + (cell === 17 ? textStep * label : 0))),
      });
    }
  }
  return {
    classes,
    labels,
    groups: groupOf,
    tags,
    sizes: Float64Array.from({ length: 2 * n }, (_, at) =>
      tags.matrix[at >> 1] === '512 x 512' ? 512 : at % 2 === 0 ? 640 : 480,
    ),
    measures,
  };
}
