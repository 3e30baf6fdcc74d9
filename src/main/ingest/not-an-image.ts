import { FoveaError } from '#shared/ipc/errors';
import { HEAD_BYTES, isZip } from './classify';
import { foreignFormat } from './foreign-format';

function looksLikeText(head: Uint8Array): boolean {
  return head.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}

/** Why a file of `bytes` bytes that begins with `head` is not imported; for files that are not images Fovea reads. */
export function foreignReason(head: Uint8Array, bytes: number): string {
  if (bytes === 0) return 'The file is empty.';
  const format = foreignFormat(head);
  if (format !== null) {
    const { name, advice } = format;
    const named = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    return `${named}, which Fovea does not read. ${advice}`;
  }
  if (isZip(head)) {
    return 'A zip archive under another name, such as an Office document. Only archives whose name ends in .zip are opened.';
  }
  return looksLikeText(head) ? 'A text file, not an image.' : 'Not a supported image.';
}

/** As `foreignReason`, for a single requested file. */
export function notAnImage(bytes: Uint8Array): FoveaError {
  const head = bytes.subarray(0, HEAD_BYTES);
  const format = foreignFormat(head);
  if (format !== null) {
    return new FoveaError('not_an_image', `This is ${format.name}, which Fovea does not read.`, {
      hint: format.advice,
    });
  }
  if (isZip(head)) {
    return new FoveaError('not_an_image', 'This is a zip archive, not an image.', {
      hint: 'Import opens archives whose name ends in .zip. Unpack it to open single files.',
    });
  }
  return new FoveaError('not_an_image', 'This is not a supported image.', {
    hint: 'Fovea reads DICOM, PNG and JPEG files.',
  });
}
