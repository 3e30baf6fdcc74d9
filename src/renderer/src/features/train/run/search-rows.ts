import type { Tried } from '#shared/models/search';
import type { TableData } from '../../../components/table-text';

/** The steps of a search as a table to copy or export. */
export const searchRows = (tried: readonly Tried[]): TableData => ({
  columns: [
    ...['Step', 'Seconds', 'Accuracy', 'Macro F1', 'AUC', 'Loss'],
    ...['Change of loss', 'Change low', 'Change high', 'Kept', 'Decision', 'Settings'],
  ],
  rows: tried.map(({ what, seconds, metrics, difference, kept, why, settings }) => [
    what,
    Math.round(seconds),
    metrics?.accuracy ?? null,
    metrics?.macroF1 ?? null,
    metrics?.auc ?? null,
    metrics?.loss ?? null,
    difference?.value ?? null,
    difference?.low ?? null,
    difference?.high ?? null,
    kept ? 'yes' : 'no',
    why,
    Object.entries(settings)
      .map(([key, value]) => `${key}=${String(value)}`)
      .join(' '),
  ]),
});
