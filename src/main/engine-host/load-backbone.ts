import { recordHash } from '#shared/imaging/pipeline';
import { FoveaError } from '#shared/ipc/errors';
import type { NamedTensors } from '../engine/tensor';
import { architectureByName } from '../engine/vit/architectures';
import type { VitConfig } from '../engine/vit/config';
import { initialiseParameters } from '../engine/vit/initialise';
import { hashFiles, openBackboneFolder, parameterSpecs } from './backbone-folder';
import type { BackboneSource } from './protocol';

export interface BackboneDescription {
  /** With the classes of the run. */
  readonly config: VitConfig;
  readonly pretrained: boolean;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  /** SHA-256 of the files, or of the architecture's description. */
  readonly hash: string;
  /** What was decided for the user, in sentences. */
  readonly notes: readonly string[];
}

export interface LoadedBackbone extends BackboneDescription {
  readonly parameters: NamedTensors;
}

const isHead = (name: string) => name.startsWith('classifier.');

function describeArchitecture(name: string, classes: readonly string[]): BackboneDescription {
  const config = architectureByName(name, classes);
  if (config === null) {
    throw new FoveaError('backbone_unknown', `There is no backbone named "${name}".`, {
      hint: 'Choose one from the list, or import its folder first.',
    });
  }
  return {
    config,
    pretrained: false,
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
    hash: recordHash({ ...config, classes: [] }),
    notes: [`${name} starts from random weights: it has seen no image before.`],
  };
}

/** Everything about a backbone but its numbers. */
export async function describeBackbone(
  source: BackboneSource,
  classes: readonly string[],
): Promise<BackboneDescription> {
  if (source.kind === 'architecture') return describeArchitecture(source.name, classes);
  const opened = await openBackboneFolder(source.folder);
  try {
    return await describeFolder(opened, classes);
  } finally {
    await opened.close();
  }
}

type Opened = Awaited<ReturnType<typeof openBackboneFolder>>;

const keepsHead = (opened: Opened, classes: readonly string[]) =>
  opened.hasHead &&
  opened.config.classes.length === classes.length &&
  opened.config.classes.every((name, index) => name === classes[index]);

async function describeFolder(opened: Opened, classes: readonly string[]): Promise<BackboneDescription> {
  const { config, mean, std, folder, files } = opened;
  const count = config.classes.length;
  const note = keepsHead(opened, classes)
    ? 'The head of the backbone is kept: it knows the same classes.'
    : opened.hasHead
      ? `The head is new: ${classes.length} classes in place of the ${count} of the backbone.`
      : `The head is new: ${classes.length} classes; the backbone had none.`;
  return {
    config: { ...config, classes },
    pretrained: true,
    mean,
    std,
    hash: await hashFiles(folder, files),
    notes: [note],
  };
}

/**
 * The parameters that a run starts from: read from the folder, or drawn with the seed. A head for other classes is
 * drawn anew, and said so in `notes`.
 */
export async function loadBackbone(
  source: BackboneSource,
  classes: readonly string[],
  seed: number,
): Promise<LoadedBackbone> {
  if (source.kind === 'architecture') {
    const description = describeArchitecture(source.name, classes);
    return { ...description, parameters: initialiseParameters(parameterSpecs(description.config), seed) };
  }
  const opened = await openBackboneFolder(source.folder);
  try {
    const description = await describeFolder(opened, classes);
    const specs = parameterSpecs(description.config);
    const fresh = keepsHead(opened, classes) ? [] : specs.filter(({ name }) => isHead(name));
    const drawn = initialiseParameters(fresh, seed);
    const read = await opened.read(specs.filter(({ name }) => !drawn.has(name)).map(({ name }) => name));
    return { ...description, parameters: new Map([...read, ...drawn]) };
  } finally {
    await opened.close();
  }
}
