import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { BackboneSummary } from '#shared/models/backbone';
import { architectureByName, architectureNames } from '../../engine/vit/architectures';
import { families, isDinov2, noDropout, type VitConfig } from '../../engine/vit/config';
import { parameterCount, parameterGroups } from '../../engine/vit/parameters';
import type { Lines } from './recommend';

const size = z.number().int().positive();
const catalogueSchema = z.object({
  version: z.literal(1),
  checkpoints: z.array(
    z.strictObject({
      /** `owner/name` on the Hugging Face hub. */
      name: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
      licence: z.string(),
      /** See `BackboneSummary.terms`. */
      terms: z.string().nullable().default(null),
      /** Whether the hub gives the files only to people who have accepted terms there. */
      gated: z.boolean().default(false),
      /** Whether it is recommended: the lines of general and medical backbones, each from small to large. */
      line: z.enum(['general', 'medical']).optional(),
      /** Branch, commit or pull request with the safetensors, where `main` has none. */
      revision: z
        .string()
        .regex(/^[\w./-]+$/)
        .default('main'),
      family: z.enum(families).default('vit'),
      description: z.string(),
      /** What the weights learned from, in a phrase. */
      training: z.string(),
      /** Side length of the images that the checkpoint's image processor feeds, in pixels. */
      inputSize: size,
      /** Side length in `config.json`, which determines the position embeddings, in pixels. */
      imageSize: size,
      patchSize: size,
      hiddenSize: size,
      /** Width of the perceptrons. Default: four times the hidden size. */
      intermediateSize: size.optional(),
      layers: size,
      heads: size,
      /** Classes of the head; 0 without one. */
      classes: z.number().int().min(0),
      registerTokens: z.number().int().min(0).default(0),
      /** Parameters in the file that are not read, e.g. a text tower. Default: a headless `vit`'s pooler. */
      unreadParameters: z.number().int().min(0).optional(),
    }),
  ),
});
export type CatalogueEntry = z.infer<typeof catalogueSchema>['checkpoints'][number];

/** Reads `resources/backbones.json`: checkpoints known to load, with the facts that people need before a download. */
export async function readCatalogue(resourcesFolder: string): Promise<readonly CatalogueEntry[]> {
  const text = await readFile(join(resourcesFolder, 'backbones.json'), 'utf8');
  return catalogueSchema.parse(JSON.parse(text)).checkpoints;
}

type Shape = Pick<BackboneSummary, 'parameters' | 'imageSize' | 'patchSize' | 'hiddenSize' | 'layers' | 'heads'>;

export function shapeOf(config: VitConfig): Shape {
  const { imageSize, patchSize, hiddenSize, layers, heads } = config;
  return { parameters: parameterCount(parameterGroups(config)), imageSize, patchSize, hiddenSize, layers, heads };
}

/** Names of the backbones that are recommended. */
export const linesOf = (catalogue: readonly CatalogueEntry[]): Lines => ({
  general: catalogue.flatMap(({ line, name }) => (line === 'general' ? [name] : [])),
  medical: catalogue.flatMap(({ line, name }) => (line === 'medical' ? [name] : [])),
});

/** The model of an entry as its `config.json` describes it. */
export function catalogueConfig(entry: CatalogueEntry): VitConfig {
  const { family, imageSize, patchSize, hiddenSize, layers, heads, registerTokens } = entry;
  return {
    family,
    imageSize,
    patchSize,
    hiddenSize,
    layers,
    heads,
    channels: 3,
    intermediateSize: entry.intermediateSize ?? 4 * hiddenSize,
    layerNormEpsilon: 1e-12,
    qkvBias: true,
    registerTokens,
    // Every published DINOv2 checkpoint has a mask token, and every SigLIP its pooling.
    maskToken: isDinov2(family),
    ...(family === 'siglip' ? { poolingHead: true } : {}),
    ...(family === 'siglip' ? { poolingHead: true } : {}),
    dropout: noDropout,
    classes: Array.from({ length: entry.classes }, (_, index) => String(index)),
  };
}

/**
 * Finds the entry whose name ends with a folder's name and whose model has the shape of the folder's: most likely a
 * copy made by hand.
 */
export function recognise(
  catalogue: readonly CatalogueEntry[],
  folderName: string,
  config: VitConfig,
): CatalogueEntry | null {
  const shapeText = (one: VitConfig) =>
    [one.family, one.imageSize, one.patchSize, one.hiddenSize, one.layers, one.heads, one.classes.length].join(' ');
  const wanted = folderName.replace('--', '/');
  return (
    catalogue.find(
      (entry) =>
        (entry.name === wanted || entry.name.endsWith(`/${wanted}`)) &&
        shapeText(catalogueConfig(entry)) === shapeText(config),
    ) ?? null
  );
}

export function catalogueSummary(entry: CatalogueEntry): BackboneSummary {
  const { name, licence, terms, gated, description, training, inputSize, revision } = entry;
  const shape = shapeOf(catalogueConfig(entry));
  const unread = entry.unreadParameters ?? (entry.classes === 0 ? entry.hiddenSize * (entry.hiddenSize + 1) : 0);
  return {
    name,
    source: 'catalogue',
    pretrained: true,
    ...shape,
    imageSize: inputSize,
    // float32; the few kilobytes of tensor names are left out.
    downloadBytes: 4 * (shape.parameters + unread),
    diskBytes: null,
    installed: false,
    licence,
    terms,
    gated,
    training,
    page: `https://huggingface.co/${name}/tree/${encodeURIComponent(revision)}`,
    documents: [],
    description,
    knownAs: null,
    notes: [],
  };
}

const ownDescriptions: Readonly<Record<string, string>> = {
  'vit-micro': 'Micro, 96 pixels: for the sample project and quick tests.',
  'vit-tiny-patch16-224': 'Tiny, random weights.',
  'vit-small-patch16-224': 'Small, random weights.',
  'vit-base-patch16-224': 'Base, random weights: needs many thousand images.',
  'vit-large-patch16-224': 'Large, random weights: needs many thousand images and a graphics card.',
};

export function architectureSummaries(): BackboneSummary[] {
  return architectureNames.flatMap((name) => {
    const config = architectureByName(name, []);
    if (config === null) return [];
    return {
      name,
      source: 'architecture' as const,
      pretrained: false,
      ...shapeOf(config),
      downloadBytes: null,
      diskBytes: null,
      installed: true,
      licence: null,
      terms: null,
      training: null,
      gated: false,
      page: null,
      documents: [],
      description: ownDescriptions[name] ?? 'Random weights.',
      knownAs: null,
      notes: [],
    };
  });
}
