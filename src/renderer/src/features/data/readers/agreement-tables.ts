import type { ReadersSummary } from '#shared/models/readers';
import type { KappaWeights } from '#shared/statistics/agreement';
import type { TableData } from '../../../components/table-text';

/** Tables of the Readers view for copy and export. */

export function readersTable({ readers, classes }: ReadersSummary): TableData {
  return {
    columns: ['Reader', 'Readings', ...classes],
    rows: readers.map(({ name, readings, byClass }) => [name, readings, ...byClass]),
  };
}

export function pairsTable({ readers, pairs }: ReadersSummary, weights: KappaWeights): TableData {
  const names = new Map(readers.map(({ id, name }) => [id, name]));
  const kappa = weights === 'none' ? 'Cohen’s kappa' : `Cohen’s kappa (${weights} weights)`;
  return {
    columns: [
      'First reader',
      'Second reader',
      'Images',
      'Agreement',
      'Agreement low',
      'Agreement high',
      kappa,
      'Kappa low',
      'Kappa high',
    ],
    rows: pairs.map((pair) => [
      names.get(pair.first) ?? '',
      names.get(pair.second) ?? '',
      pair.images,
      pair.agreement?.value ?? null,
      pair.agreement?.low ?? null,
      pair.agreement?.high ?? null,
      pair.kappa?.value ?? null,
      pair.kappa?.low ?? null,
      pair.kappa?.high ?? null,
    ]),
  };
}

/** The last row covers all classes together, which is Fleiss' kappa. */
export function classTable({ perClass, group }: ReadersSummary): TableData {
  const all = { label: 'All classes (Fleiss)', ...group };
  return {
    columns: ['Class', 'Readings', 'Agreement', 'Kappa', 'Kappa low', 'Kappa high'],
    rows: [...perClass, all].map(({ label, readings, agreement, kappa }) => [
      label,
      readings,
      agreement,
      kappa?.value ?? null,
      kappa?.low ?? null,
      kappa?.high ?? null,
    ]),
  };
}
