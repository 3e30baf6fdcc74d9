import type { DatasetSummary } from '#shared/models/dataset';
import type { ReviewReason } from '#shared/models/review';
import type { DuplicateFilter } from './duplicates/duplicate-filter';
import { reviewProgress } from './review/review-queue';

/** Tabs of the Data screen and their state. */
export type DatasetView =
  | { readonly kind: 'images' }
  | { readonly kind: 'duplicates'; readonly filter: DuplicateFilter }
  /** `reason` null shows all reasons; `showResolved` also shows accepted findings. */
  | { readonly kind: 'review'; readonly reason: ReviewReason | null; readonly showResolved: boolean }
  | { readonly kind: 'confounders' }
  | { readonly kind: 'report' }
  | { readonly kind: 'readers' };

export const imagesView: DatasetView = { kind: 'images' };

export interface DataTab {
  readonly kind: DatasetView['kind'];
  readonly name: string;
  /** Number of open items. */
  readonly waiting: number;
}

/** The tabs in working order. */
export function dataTabs(summary: DatasetSummary): readonly DataTab[] {
  const { duplicates, review, readers } = summary;
  return [
    { kind: 'images', name: 'Images', waiting: 0 },
    { kind: 'duplicates', name: 'Duplicates', waiting: duplicates.groups - duplicates.kept },
    { kind: 'review', name: 'Review', waiting: reviewProgress(review, null).waiting },
    { kind: 'confounders', name: 'Confounders', waiting: 0 },
    { kind: 'report', name: 'Report', waiting: 0 },
    // Most projects have a single reader and do not need this tab.
    ...(readers.readers === 0 ? [] : [{ kind: 'readers', name: 'Readers', waiting: readers.toAdjudicate } as const]),
  ];
}

/** The view that clicking a tab opens. */
export function defaultView(kind: DatasetView['kind']): DatasetView {
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
      return { kind, reason: null, showResolved: false };
  }
}
