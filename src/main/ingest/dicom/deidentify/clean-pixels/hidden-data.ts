import { FoveaError } from '#shared/ipc/errors';

/** The pixel data hold something beside the image that cannot be taken out without a change to the image. */
export function hiddenData(what: string): FoveaError {
  return new FoveaError('hidden_data', `The file is held back: ${what}.`, {
    hint: 'Export it from the archive as uncompressed DICOM, and import that file.',
  });
}
