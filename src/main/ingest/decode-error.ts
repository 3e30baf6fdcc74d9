import { type ErrorInfo, FoveaError, toErrorInfo } from '#shared/ipc/errors';

/**
 * Converts a decoder's error for the user. An error other than `FoveaError` came from a decoder confused by unexpected
 * data: this file is at fault, and the next one must not be affected.
 */
export function decodeErrorInfo(error: unknown): ErrorInfo {
  if (error instanceof FoveaError) return toErrorInfo(error);
  if (error instanceof RangeError && /allocation|array length|memory/i.test(error.message)) {
    return { code: 'too_large', message: 'Not enough memory to decode the image.', hint: null };
  }
  return {
    code: 'damaged',
    message: 'The file could not be decoded. It is damaged or in an unsupported format.',
    hint: 'Export the file again from the archive.',
  };
}
