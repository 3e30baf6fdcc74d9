import { open, rm } from 'node:fs/promises';
import { FoveaError } from '#shared/ipc/errors';
import { classifyHead, HEAD_BYTES } from './classify';
import { deidentifyDicom } from './dicom/deidentify/deidentify-dicom';
import type { ActionCount, DeidentifyOptions } from './dicom/deidentify/options';
import { type PixelRisk, pixelRisk } from './dicom/deidentify/pixel-risk';
import { parseDicom } from './dicom/parse';
import { notAnImage } from './not-an-image';
import { stripMetadata } from './raster/strip-metadata/strip-metadata';
import { readWholeFile, sha256 } from './read-file';

export interface DeidentifyFileInput {
  readonly path: string;
  /** A new file; its folder is there. */
  readonly out: string;
  readonly options: DeidentifyOptions;
  /** Write files whose pixels may show who it is of, too. */
  readonly includeRisky: boolean;
}

/** `risk`: what speaks against the pixels. Held back: nothing was written. */
export type DeidentifiedFile =
  | { readonly written: false; readonly risk: PixelRisk }
  | {
      readonly written: true;
      readonly risk: PixelRisk | null;
      readonly bytes: number;
      readonly sha256: string;
      readonly actions: readonly ActionCount[];
    };

/**
 * Writes a file without what says whose it is: a DICOM file by `deidentifyDicom`, a PNG or JPEG without its metadata.
 * The file must still be the one that was imported: what was decided about it (held back or not, its patient) was
 * decided for those bytes. Errors: those of reading and decoding, `file_changed`, `disk_full`, `project_unwritable`.
 */
export async function deidentifyFile({
  path,
  out,
  options,
  includeRisky,
}: DeidentifyFileInput): Promise<DeidentifiedFile> {
  const source = await readWholeFile(path);
  if (sha256(source) !== options.hash) {
    throw new FoveaError('file_changed', 'The file is not the one that was imported any more.', {
      hint: 'Import it again.',
    });
  }
  const kind = classifyHead(source.subarray(0, HEAD_BYTES), source.length);
  if (kind === null) throw notAnImage(source);
  // A picture says nothing about itself: it may be a photograph of a screen.
  const risk = kind === 'dicom' ? pixelRisk(parseDicom(source).dataSet) : 'burned-in-unknown';
  if (risk !== null && !includeRisky) return { written: false, risk };
  if (kind === 'dicom') {
    const { bytes, actions } = await deidentifyDicom(source, options);
    await writeNew(out, bytes);
    return { written: true, risk, bytes: bytes.length, sha256: sha256(bytes), actions };
  }
  const { bytes, removed } = await stripMetadata(source, kind);
  await writeNew(out, bytes);
  const what = kind === 'png' ? 'chunks with metadata' : 'segments with metadata';
  const actions: ActionCount[] =
    removed === 0 ? [] : [{ tag: kind.toUpperCase(), keyword: what, action: 'removed', count: removed }];
  return { written: true, risk, bytes: bytes.length, sha256: sha256(bytes), actions };
}

/** Flushed; removed again where it could not be written whole. */
async function writeNew(path: string, bytes: Buffer): Promise<void> {
  try {
    const file = await open(path, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await rm(path, { force: true }).catch(() => {});
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new FoveaError('disk_full', 'The disk that the export is written to is full.', {
        hint: 'Free some space on that disk, or choose a folder on another one.',
        cause: error,
      });
    }
    throw new FoveaError('project_unwritable', 'The export could not be written into its folder.', {
      hint: 'Choose a folder that you may write to.',
      cause: error,
    });
  }
}
