import type { ImageDetail } from '#shared/models/dataset';
import type { GreyWindow } from './viewer-math';

export interface WindowPreset {
  readonly name: string;
  /** Null: as the file says. */
  readonly window: GreyWindow | null;
}

/** Usual windows of computed tomography, in Hounsfield units. */
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
 * Window Center (0028,1050), Window Width (0028,1051) and their explanations (0028,1055) from the list of tags: a file
 * may have several windows, of which pictures are made with the first.
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

/** What a picture can be looked at with: what the file says, all its values, and what is usual for its modality. */
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

/** The place of the window that is shown, or -1 where it is none of them. */
export const presetOf = (presets: readonly WindowPreset[], shown: GreyWindow | null): number =>
  presets.findIndex(({ window }) => window?.center === shown?.center && window?.width === shown?.width);

/** The next preset in turn; from a window of one's own, the first. */
export function stepPreset(
  presets: readonly WindowPreset[],
  shown: GreyWindow | null,
  step: 1 | -1,
): WindowPreset | null {
  const at = presetOf(presets, shown);
  if (at < 0) return presets[0] ?? null;
  return presets[(at + step + presets.length) % presets.length] ?? null;
}
