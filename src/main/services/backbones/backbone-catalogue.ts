import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { BackboneSummary } from '#shared/models/backbone';
import { architectureByName, architectureNames } from '../../engine/vit/architectures';
import { families, noDropout, type VitConfig } from '../../engine/vit/config';
import { parameterCount, parameterGroups } from '../../engine/vit/parameters';

const size = z.number().int().positive();
const catalogueSchema = z.object({
  version: z.literal(1),
  checkpoints: z.array(
    z.object({
      /** `owner/name` on the Hugging Face hub. */
      name: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
      licence: z.string(),
      family: z.enum(families).default('vit'),
      description: z.string(),
      imageSize: size,
      patchSize: size,
      hiddenSize: size,
      layers: size,
      heads: size,
      /** Classes of the head; 0 without one. */
      classes: z.number().int().min(0),
      registerTokens: z.number().int().min(0).default(0),
      /** Parameters in the file that are not read, e.g. heads of another type. Default: a headless `vit`'s pooler. */
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

export function catalogueSummary(entry: CatalogueEntry): BackboneSummary {
  const { name, licence, family, description, imageSize, patchSize, hiddenSize, layers, heads, registerTokens } = entry;
  const config: VitConfig = {
    family,
    imageSize,
    patchSize,
    hiddenSize,
    layers,
    heads,
    channels: 3,
    intermediateSize: 4 * hiddenSize,
    layerNormEpsilon: 1e-12,
    qkvBias: true,
    registerTokens,
    // Every published DINOv2 checkpoint has a mask token.
    maskToken: family === 'dinov2' || family === 'dinov2_with_registers',
    ...(family === 'siglip' ? { poolingHead: true } : {}),
    dropout: noDropout,
    classes: Array.from({ length: entry.classes }, (_, index) => String(index)),
  };
  const shape = shapeOf(config);
  const unread = entry.unreadParameters ?? (entry.classes === 0 ? hiddenSize * (hiddenSize + 1) : 0);
  return {
    name,
    source: 'catalogue',
    pretrained: true,
    ...shape,
    // float32; the few kilobytes of tensor names are left out.
    downloadBytes: 4 * (shape.parameters + unread),
    installed: false,
    licence,
    description,
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
      installed: true,
      licence: null,
      description: ownDescriptions[name] ?? 'Random weights.',
      notes: [],
    };
  });
}
