import type { ImageDetail } from '#shared/models/dataset';
import type { GreyWindow } from './viewer-math';

export interface WindowPreset {
  readonly name: string;
  /** Null: the file's default. */
  readonly window: GreyWindow | null;
}

/** Common windows of computed tomography, in Hounsfield units. */
const tomography: readonly WindowPreset[] = [
  { name: 'Soft tissue', window: { center: 40, width: 400 } },
  { name: 'Lung', window: { center: -600, width: 1500 } },
  { name: 'Bone', window: { center: 400, width: 1800 } },
  { name: 'Brain', window: { center: 40, width: 80 } },
  { name: 'Liver', window: { center: 30, width: 150 } },
];

type Tags = ImageDetail['tags'];

const values = (tags: Tags, tag: string): string[] =>
  tags
    .find((row) => row.tag === tag)
    ?.value.split('\\')
    .map((text) => text.trim()) ?? [];

/**
 * The file's windows after the first, which is the default, from Window Center (0028,1050), Window Width (0028,1051)
 * and their explanations (0028,1055).
 */
function furtherWindows(tags: Tags): WindowPreset[] {
  const centers = values(tags, '(0028,1050)').map(Number);
  const widths = values(tags, '(0028,1051)').map(Number);
  const names = values(tags, '(0028,1055)');
  return centers.flatMap((center, index) => {
    const width = widths[index];
    if (index === 0 || !Number.isFinite(center) || width === undefined || !(width > 0)) return [];
    return [{ name: names[index] || `File window ${index + 1}`, window: { center, width } }];
  });
}

/** Windows to choose from: those of the file, the full range of values, and common ones of the modality. */
export function windowPresets(image: Pick<ImageDetail, 'colour' | 'tags' | 'range' | 'modality'>): WindowPreset[] {
  if (image.colour) return [];
  const { min, max } = image.range;
  return [
    { name: 'File default', window: null },
    ...furtherWindows(image.tags),
    // LINEAR maps center - 0.5 ± (width - 1) / 2 to black and white (PS3.3, C.11.2.1.2.1).
    { name: 'Full range', window: { center: (min + max + 1) / 2, width: max - min + 1 } },
    ...(image.modality === 'CT' ? tomography : []),
  ];
}

/** Index of the current window, or -1 if it is none of the presets. */
export const presetOf = (presets: readonly WindowPreset[], shown: GreyWindow | null): number =>
  presets.findIndex(({ window }) => window?.center === shown?.center && window?.width === shown?.width);

/** The next preset, cyclically; the first if the window is not a preset. */
export function stepPreset(
  presets: readonly WindowPreset[],
  shown: GreyWindow | null,
  step: 1 | -1,
): WindowPreset | null {
  const at = presetOf(presets, shown);
  if (at < 0) return presets[0] ?? null;
  return presets[(at + step + presets.length) % presets.length] ?? null;
}
