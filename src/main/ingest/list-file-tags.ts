import { classifyHead, HEAD_BYTES } from './classify';
import { parseDicom } from './dicom/parse';
import { listTags } from './dicom/tags';
import { notAnImage } from './not-an-image';
import { readWholeFile } from './read-file';
import type { TagRow } from './types';

/**
 * Lists the tags of a DICOM file; empty for a PNG or JPEG.
 * @throws FoveaError `not_an_image`, `damaged`, `unreadable`, `too_large`
 */
export async function listFileTags(path: string, identifying: boolean): Promise<TagRow[]> {
  const bytes = await readWholeFile(path);
  const kind = classifyHead(bytes.subarray(0, HEAD_BYTES), bytes.length);
  if (kind === null) throw notAnImage(bytes);
  return kind === 'dicom' ? listTags(parseDicom(bytes).dataSet, identifying) : [];
}
