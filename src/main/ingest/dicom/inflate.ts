import { constants, inflateRawSync } from 'node:zlib';
import { FoveaError } from '#shared/ipc/errors';
import { MAX_INFLATED_BYTES } from '../limits';

/**
 * dicom-parser's `inflater` hook with a size limit: returns the header unchanged, then the inflated data set. For a
 * truncated stream it returns the data so far, so that the parser can report the missing element.
 */
export function inflateDataSet(bytes: Uint8Array, position: number): Buffer {
  try {
    const inflated = inflateRawSync(bytes.subarray(position), {
      maxOutputLength: MAX_INFLATED_BYTES,
      chunkSize: 2 ** 20,
      finishFlush: constants.Z_SYNC_FLUSH,
    });
    return Buffer.concat([bytes.subarray(0, position), inflated]);
  } catch (error) {
    if (
      error instanceof RangeError ||
      (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
    ) {
      throw new FoveaError('too_large', 'The deflated file unpacks to more than 256 MiB.', { cause: error });
    }
    throw new FoveaError('damaged', 'The deflated data of this file is damaged.', { cause: error });
  }
}
