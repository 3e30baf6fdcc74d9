import type { DatasetSummary } from '#shared/models/dataset';
import type { ReviewReason } from '#shared/models/review';
import type { DuplicateFilter } from './duplicates/duplicate-filter';
import { reviewProgress } from './review/review-queue';

/** What the Data screen shows: each is a tab. */
export type DatasetView =
  | { readonly kind: 'images' }
  | { readonly kind: 'duplicates'; readonly filter: DuplicateFilter }
  /** `reason` null: all. `settled`: what was accepted is shown too. */
  | { readonly kind: 'review'; readonly reason: ReviewReason | null; readonly settled: boolean }
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
  const { duplicates, review, readers } = summary;
  return [
    { kind: 'images', name: 'Images', waiting: 0 },
    { kind: 'duplicates', name: 'Duplicates', waiting: duplicates.groups - duplicates.kept },
    { kind: 'review', name: 'Review', waiting: reviewProgress(review, null).waiting },
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
    case 'review':
      return { kind, reason: null, settled: false };
  }
}
