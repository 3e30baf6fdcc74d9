import type { DatasetSummary } from '#shared/models/dataset';
import type { DuplicateFilter } from './duplicate-filter';

/** What the Data screen shows: each is a tab. */
export type DatasetView =
  | { readonly kind: 'images' }
  | { readonly kind: 'duplicates'; readonly filter: DuplicateFilter }
  | { readonly kind: 'confounders' }
  | { readonly kind: 'report' }
  | { readonly kind: 'readers' };

export const imagesView: DatasetView = { kind: 'images' };

export interface DataTab {
  readonly kind: DatasetView['kind'];
  readonly name: string;
  /** What waits there; 0 where nothing does. */
  readonly waiting: number;
}

/** In the order in which a dataset is worked through. */
export function dataTabs(summary: DatasetSummary): readonly DataTab[] {
  const { duplicates, readers } = summary;
  return [
    { kind: 'images', name: 'Images', waiting: 0 },
    { kind: 'duplicates', name: 'Duplicates', waiting: duplicates.groups - duplicates.kept },
    { kind: 'confounders', name: 'Confounders', waiting: 0 },
    { kind: 'report', name: 'Report', waiting: 0 },
    // Most projects have one reader, who needs no such tab.
    ...(readers.readers === 0 ? [] : [{ kind: 'readers', name: 'Readers', waiting: readers.toAdjudicate } as const]),
  ];
}

/** A view as its tab opens it. */
export function openView(kind: DatasetView['kind']): DatasetView {
  switch (kind) {
    case 'images':
      return imagesView;
    case 'duplicates':
      return { kind, filter: 'open' };
    case 'confounders':
    case 'report':
    case 'readers':
      return { kind };
  }
}
