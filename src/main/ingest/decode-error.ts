import { type ErrorInfo, FoveaError, toErrorInfo } from '#shared/ipc/errors';

/**
 * An error of a decoder for the user. What is not a `FoveaError` came out of a decoder that met data it did not
 * expect: the file is to blame, and the next one must not be.
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
