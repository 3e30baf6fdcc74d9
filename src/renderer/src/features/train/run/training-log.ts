import type { EpochRecord, LogRecord, StepRecord } from '#shared/models/run';

/** A run's log, arranged for charts and notes. */
export interface TrainingLog {
  readonly steps: readonly StepRecord[];
  readonly epochs: readonly EpochRecord[];
  readonly notes: readonly { readonly at: string; readonly message: string }[];
}

export const emptyLog: TrainingLog = { steps: [], epochs: [], notes: [] };

/**
 * Appends new records. A resumed run goes back to its last checkpoint and repeats some steps: later records of the
 * first attempt are dropped, because the continued model has not seen those steps.
 */
export function appendRecords(log: TrainingLog, records: readonly LogRecord[]): TrainingLog {
  if (records.length === 0) return log;
  let steps = [...log.steps];
  let epochs = [...log.epochs];
  const notes = [...log.notes];
  for (const record of records) {
    switch (record.kind) {
      case 'step': {
        const last = steps.at(-1);
        if (last !== undefined && record.step <= last.step) {
          steps = steps.filter(({ step }) => step < record.step);
          epochs = epochs.filter(({ step }) => step < record.step);
        }
        steps.push(record);
        break;
      }
      case 'epoch':
        epochs = epochs.filter(({ epoch }) => epoch < record.epoch);
        epochs.push(record);
        break;
      case 'note':
        notes.push({ at: record.at, message: record.message });
    }
  }
  return { steps, epochs, notes };
}
