import { FoveaError } from '#shared/ipc/errors';

const EXPORT_AGAIN = 'Export the file again from the archive.';

/** The file contradicts itself or a decoder refuses it. */
export function damaged(message: string, cause?: unknown): FoveaError {
  return new FoveaError('damaged', message, { hint: EXPORT_AGAIN, cause });
}

/** The file ends before its content does. */
export function truncated(message: string): FoveaError {
  return new FoveaError('truncated', message, { hint: 'The copy was probably interrupted. Copy or export it again.' });
}

/** Nothing is wrong with the file: it is of a kind that Fovea does not read. */
export function notRead(message: string): FoveaError {
  return new FoveaError('unsupported_image', message, {
    hint: 'Export it from the archive as uncompressed grey or RGB DICOM, and import it again.',
  });
}

export function tooDeep(): FoveaError {
  return notRead('The sequences in the file are nested deeper than Fovea’s limit.');
}
