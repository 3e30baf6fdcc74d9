import { FoveaError } from '#shared/ipc/errors';

/** The error for a label table that cannot be used. `hint`: what to do; by default lists the possible columns. */
export const tableInvalid = (message: string, options: { readonly cause?: unknown; readonly hint?: string } = {}) =>
  new FoveaError('labels_invalid', message, {
    hint:
      options.hint ??
      'The first line must name the columns: path, label, and optionally reader, patient, study, site, split, sex and age.',
    ...(options.cause === undefined ? {} : { cause: options.cause }),
  });
