import type { DatasetSummary, ImageFilter, SplitName } from '#shared/models/dataset';
import { splitTitles } from '../../../theme/class-colours';

export type ImageSort = 'path' | 'label' | 'split' | 'patient' | 'added';

/** An active filter with the text of its chip. */
export interface FilterChip {
  readonly key: keyof ImageFilter;
  readonly text: string;
}

/** Drops empty fields, so that equal filters share one cache entry. */
export function normaliseFilter(filter: ImageFilter): ImageFilter {
  const text = filter.text?.trim();
  return {
    ...(filter.label === undefined ? {} : { label: filter.label }),
    ...(filter.split === undefined ? {} : { split: filter.split }),
    ...(filter.patient === undefined ? {} : { patient: filter.patient }),
    ...(filter.modality === undefined ? {} : { modality: filter.modality }),
    ...(text === undefined || text === '' ? {} : { text }),
    ...(filter.flag === undefined ? {} : { flag: filter.flag }),
    ...(filter.sex === undefined ? {} : { sex: filter.sex }),
    ...(filter.site === undefined ? {} : { site: filter.site }),
    ...(filter.unlabelled === true ? { unlabelled: true } : {}),
    ...(filter.ids === undefined ? {} : { ids: filter.ids }),
  };
}

/** Sets a field of a filter, or clears it if it already has this value, as a click on a count does. */
export function toggleFilter<K extends keyof ImageFilter>(
  filter: ImageFilter,
  key: K,
  value: ImageFilter[K],
): ImageFilter {
  const { [key]: before, ...rest } = filter;
  return before === value ? rest : { ...rest, [key]: value };
}

export function withoutFilter(filter: ImageFilter, key: keyof ImageFilter): ImageFilter {
  const { [key]: _taken, ...rest } = filter;
  return rest;
}

/** Filtering by a class and by "unlabelled" exclude each other: choosing one clears the other. */
export function toggleLabel(filter: ImageFilter, label: string | null): ImageFilter {
  if (label === null) return toggleFilter(withoutFilter(filter, 'label'), 'unlabelled', true);
  return toggleFilter(withoutFilter(filter, 'unlabelled'), 'label', label);
}

export function filterChips(filter: ImageFilter, idsTitle: string | null): readonly FilterChip[] {
  const chips: FilterChip[] = [];
  if (filter.ids !== undefined) chips.push({ key: 'ids', text: idsTitle ?? `${filter.ids.length} selected images` });
  if (filter.label !== undefined && filter.label !== null) chips.push({ key: 'label', text: filter.label });
  if (filter.unlabelled === true) chips.push({ key: 'unlabelled', text: 'Unlabelled' });
  if (filter.split === null) chips.push({ key: 'split', text: 'No split' });
  else if (filter.split !== undefined) chips.push({ key: 'split', text: splitTitles[filter.split] });
  if (filter.patient !== undefined) chips.push({ key: 'patient', text: `Patient ${filter.patient}` });
  if (filter.modality !== undefined) chips.push({ key: 'modality', text: filter.modality });
  if (filter.flag !== undefined) chips.push({ key: 'flag', text: `Flag ${filter.flag}` });
  if (filter.sex !== undefined) chips.push({ key: 'sex', text: filter.sex });
  if (filter.site !== undefined) chips.push({ key: 'site', text: filter.site });
  return chips;
}

/** Number of images in a split, over all classes. */
export function splitCount(summary: DatasetSummary, split: SplitName): number {
  const counts = summary.split?.counts[split] ?? {};
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** The guide's thresholds: a class under 50 images is too small to learn, under 100 small. */
export function classWarning(images: number): 'none' | 'few' | 'too-few' {
  if (images < 50) return 'too-few';
  return images < 100 ? 'few' : 'none';
}
