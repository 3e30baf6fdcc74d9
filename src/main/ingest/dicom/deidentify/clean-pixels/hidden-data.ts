import { FoveaError } from '#shared/ipc/errors';

/** For pixel data with content besides the image that cannot be removed without changing the image. */
export function hiddenData(what: string): FoveaError {
  return new FoveaError('hidden_data', `The file is held back: ${what}.`, {
    hint: 'Export it from the archive as uncompressed DICOM, and import that file.',
  });
}
