import type { ReviewFinding } from '#shared/models/review';
import { classesByName, currentLabels } from '../../store/labels';
import type { ProjectStore } from '../../store/open';

/** An image whose label a model disputes. Labels are those that the model was trained with. */
export interface Suspect {
  readonly image: number;
  /** Label at the time of the prediction. */
  readonly label: string;
  readonly suggestion: string;
  readonly weight: number;
  readonly why: string;
}

/** Findings for the suspects whose label has not changed since the prediction. */
export function mislabelFindings(store: ProjectStore, suspects: readonly Suspect[]): ReviewFinding[] {
  const names = new Map(classesByName(store).map(({ id, name }) => [id, name]));
  const now = new Map(
    currentLabels(
      store,
      suspects.map(({ image }) => image),
    ).map(({ id, label_id }) => [id, label_id === null ? null : (names.get(label_id) ?? null)]),
  );
  return suspects
    .filter(({ image, label }) => now.get(image) === label)
    .map(({ image, label, suggestion, weight, why }) => ({
      image,
      reason: 'suspected-mislabel',
      why,
      weight,
      evidence: JSON.stringify([label, suggestion]),
      suggestion,
      beside: [],
    }));
}
