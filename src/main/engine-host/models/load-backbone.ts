import { defaultNormalisation, recordHash } from '#shared/imaging/pipeline';
import { atSize } from '#shared/imaging/preparation';
import { FoveaError } from '#shared/ipc/errors';
import type { Preparation } from '#shared/models/pipeline';
import type { NamedTensors, Tensor } from '../../engine/tensor';
import { architectureByName } from '../../engine/vit/architectures';
import type { VitConfig } from '../../engine/vit/config';
import { initialiseParameters } from '../../engine/vit/initialise';
import { interpolatePositions, withImageSize } from '../../engine/vit/interpolate-positions';
import { gridSize } from '../../engine/vit/tokens';
import type { BackboneHead, BackboneSource } from '../core/protocol';
import { type BackboneFolder, hashFiles, openBackboneFolder, parameterSpecs } from './backbone-folder';
import { inputOf } from './network-input';

export interface BackboneDescription {
  /** With the classes of the run. */
  readonly config: VitConfig;
  readonly pretrained: boolean;
  readonly head: BackboneHead;
  /** Of images for the size in `config`. */
  readonly preparation: Preparation;
  /** The file that determines it; null if none does. */
  readonly preparationFile: string | null;
  /** SHA-256 of the files, or of the architecture's description (and the seed once weights are drawn). */
  readonly hash: string;
  /** Decisions made for the user, as sentences. */
  readonly notes: readonly string[];
}

export interface LoadedBackbone extends BackboneDescription {
  readonly parameters: NamedTensors;
}

const isHead = (name: string) => name.startsWith('classifier.');

const wholeImage = (size: number): Preparation => ({
  height: size,
  width: size,
  resample: 'bilinear',
  ...defaultNormalisation,
});

function describeArchitecture(name: string, classes: readonly string[], imageSize: number | null): BackboneDescription {
  const known = architectureByName(name, classes);
  if (known === null) {
    throw new FoveaError('backbone_unknown', `There is no backbone named "${name}".`, {
      hint: 'Choose one from the list, or import its folder first.',
    });
  }
  const config = withImageSize(known, imageSize);
  return {
    config,
    pretrained: false,
    head: 'new',
    preparation: wholeImage(config.imageSize),
    preparationFile: null,
    // Classes and dropout do not change what the backbone computes.
    hash: recordHash({ ...config, classes: [], dropout: undefined }),
    notes: [`${name} starts from random weights, without pretraining.`],
  };
}

/**
 * Describes a backbone without reading its weights.
 *
 * @param imageSize side in pixels in place of the checkpoint's own, or null
 * @throws FoveaError `backbone_unknown`, `image_size_unfit`, and the errors of `openBackboneFolder`
 */
export async function describeBackbone(
  source: BackboneSource,
  classes: readonly string[],
  imageSize: number | null,
): Promise<BackboneDescription> {
  if (source.kind === 'architecture') return describeArchitecture(source.name, classes, imageSize);
  const opened = await openBackboneFolder(source.folder);
  try {
    return await describeFolder(opened, classes, imageSize);
  } finally {
    await opened.close();
  }
}

/** Row of each class in the checkpoint's head; null if that head has other classes, or there is none. */
function headRows(opened: BackboneFolder, classes: readonly string[]): readonly number[] | null {
  const theirs = opened.config.classes;
  if (!opened.hasHead || theirs.length !== classes.length || new Set(theirs).size !== theirs.length) return null;
  const rows = classes.map((name) => theirs.indexOf(name));
  return rows.every((row) => row >= 0) ? rows : null;
}

const inOrder = (rows: readonly number[]) => rows.every((row, index) => row === index);

/** Reorders the rows of a tensor [rows, …]. */
function permuteRows({ shape, data }: Tensor, rows: readonly number[]): Tensor {
  const width = data.length / rows.length;
  const permuted = new Float32Array(data.length);
  for (const [index, row] of rows.entries()) permuted.set(data.subarray(row * width, (row + 1) * width), index * width);
  return { shape, data: permuted };
}

function headOf(opened: BackboneFolder, classes: readonly string[]): BackboneHead {
  const rows = headRows(opened, classes);
  if (rows === null) return 'new';
  return inOrder(rows) ? 'kept' : 'reordered';
}

function headNote(opened: BackboneFolder, classes: readonly string[], head: BackboneHead): string {
  if (head === 'new') {
    return opened.hasHead
      ? `The head is new: ${classes.length} classes instead of the ${opened.config.classes.length} of the backbone.`
      : `The head is new: ${classes.length} classes; the backbone had none.`;
  }
  return head === 'kept'
    ? 'The head of the backbone is kept: its classes are the same.'
    : 'The head of the backbone is kept: its classes are the same, and were reordered to match the project.';
}

async function describeFolder(
  opened: BackboneFolder,
  classes: readonly string[],
  imageSize: number | null,
): Promise<BackboneDescription> {
  const { folder, files } = opened;
  const input = inputOf(opened);
  const config = withImageSize(opened.config, imageSize ?? input.preparation.height);
  const head = headOf(opened, classes);
  return {
    config: { ...config, classes },
    pretrained: true,
    head,
    preparation: atSize(input.preparation, config.imageSize),
    preparationFile: opened.processor.file,
    hash: await hashFiles(folder, files),
    notes: [headNote(opened, classes, head), ...opened.notes, ...input.notes, ...sizeNotes(opened.config, config)],
  };
}

function sizeNotes(from: VitConfig, to: VitConfig): string[] {
  if (from.imageSize === to.imageSize) return [];
  const grid = (config: VitConfig) => `${gridSize(config)} × ${gridSize(config)}`;
  return [
    `Images have ${to.imageSize} instead of ${from.imageSize} pixels: the position embeddings were interpolated from ${grid(from)} to ${grid(to)} patches.`,
  ];
}

/**
 * Loads the parameters that a run starts from: read from the folder, or drawn with the seed. A head for other classes
 * is drawn anew, a head for the same classes in another order is reordered, and position embeddings are interpolated
 * for another image size; `notes` states all of this.
 *
 * @param imageSize side in pixels in place of the checkpoint's own, or null
 */
export async function loadBackbone(
  source: BackboneSource,
  classes: readonly string[],
  seed: number,
  imageSize: number | null,
): Promise<LoadedBackbone> {
  if (source.kind === 'architecture') {
    const description = describeArchitecture(source.name, classes, imageSize);
    // The seed determines the weights, and so the cached features.
    const hash = recordHash({ architecture: description.hash, seed });
    return { ...description, hash, parameters: initialiseParameters(parameterSpecs(description.config), seed) };
  }
  const opened = await openBackboneFolder(source.folder);
  try {
    const description = await describeFolder(opened, classes, imageSize);
    const specs = parameterSpecs(description.config);
    const rows = headRows(opened, classes);
    const fresh = rows === null ? specs.filter(({ name }) => isHead(name)) : [];
    const drawn = initialiseParameters(fresh, seed);
    const read = await opened.read(specs.filter(({ name }) => !drawn.has(name)).map(({ name }) => name));
    if (rows !== null && !inOrder(rows)) {
      for (const [name, tensor] of read) if (isHead(name)) read.set(name, permuteRows(tensor, rows));
    }
    const parameters = interpolatePositions(new Map([...read, ...drawn]), opened.config, description.config);
    return { ...description, parameters };
  } finally {
    await opened.close();
  }
}
