import { FoveaError } from '#shared/ipc/errors';

const EXPORT_AGAIN = 'Export the file again from the archive.';

/** For a file that contradicts itself or that a decoder rejects. */
export function damaged(message: string, cause?: unknown): FoveaError {
  return new FoveaError('damaged', message, { hint: EXPORT_AGAIN, cause });
}

/** For a file that ends before its content does. */
export function truncated(message: string): FoveaError {
  return new FoveaError('truncated', message, { hint: 'The copy was probably interrupted. Copy or export it again.' });
}

/** For a valid file of a kind that Fovea does not support. */
export function unsupportedImage(message: string): FoveaError {
  return new FoveaError('unsupported_image', message, {
    hint: 'Export it from the archive as uncompressed grey or RGB DICOM, and import it again.',
  });
}

export function tooDeep(): FoveaError {
  return unsupportedImage('The sequences in the file are nested deeper than Fovea’s limit.');
}
