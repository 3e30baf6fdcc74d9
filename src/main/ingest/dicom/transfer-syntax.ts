import { FoveaError } from '#shared/ipc/errors';

export const IMPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2';
export const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
export const DEFLATED_LITTLE_ENDIAN = '1.2.840.10008.1.2.1.99';
export const EXPLICIT_BIG_ENDIAN = '1.2.840.10008.1.2.2';

/** How pixels are stored under a transfer syntax (PS3.5, Annex A). */
export type PixelEncoding =
  | 'native'
  | 'rle'
  | 'jpeg-baseline'
  | 'jpeg-extended'
  | 'jpeg-lossless'
  | 'jpeg-ls'
  | 'jpeg-2000'
  | 'htj2k';

const encodings: Readonly<Record<string, PixelEncoding>> = {
  [IMPLICIT_LITTLE_ENDIAN]: 'native',
  [EXPLICIT_LITTLE_ENDIAN]: 'native',
  [DEFLATED_LITTLE_ENDIAN]: 'native',
  [EXPLICIT_BIG_ENDIAN]: 'native',
  '1.2.840.10008.1.2.5': 'rle',
  '1.2.840.10008.1.2.4.50': 'jpeg-baseline',
  '1.2.840.10008.1.2.4.51': 'jpeg-extended',
  '1.2.840.10008.1.2.4.57': 'jpeg-lossless',
  '1.2.840.10008.1.2.4.70': 'jpeg-lossless',
  '1.2.840.10008.1.2.4.80': 'jpeg-ls',
  '1.2.840.10008.1.2.4.81': 'jpeg-ls',
  '1.2.840.10008.1.2.4.90': 'jpeg-2000',
  '1.2.840.10008.1.2.4.91': 'jpeg-2000',
  '1.2.840.10008.1.2.4.201': 'htj2k',
  '1.2.840.10008.1.2.4.202': 'htj2k',
  '1.2.840.10008.1.2.4.203': 'htj2k',
};

const RETIRED_JPEG = /^1\.2\.840\.10008\.1\.2\.4\.(52|53|54|55|56|59|6[0-6])$/;

export const isRetiredJpeg = (transferSyntax: string): boolean => RETIRED_JPEG.test(transferSyntax);

/** Known but unsupported transfer syntaxes, with the name used in the error. */
const refused: readonly (readonly [RegExp, string])[] = [
  [RETIRED_JPEG, 'a retired JPEG process (spectral selection or progressive)'],
  [/^1\.2\.840\.10008\.1\.2\.4\.9[23]$/, 'JPEG 2000 part 2 (multi-component)'],
  [/^1\.2\.840\.10008\.1\.2\.4\.9[45]$|^1\.2\.840\.10008\.1\.2\.4\.20[45]$/, 'JPIP, with pixels on a server'],
  [/^1\.2\.840\.10008\.1\.2\.4\.10[0-8](\.1)?$/, 'a video (MPEG or HEVC)'],
  [/^1\.2\.840\.10008\.1\.2\.4\.11[0-2]$/, 'JPEG XL'],
  [/^1\.2\.840\.10008\.1\.2\.8\.1$/, 'deflated image frames'],
];

/** @throws FoveaError `unsupported_transfer_syntax`, naming the syntax if it is a known one */
export function pixelEncoding(transferSyntax: string): PixelEncoding {
  const encoding = encodings[transferSyntax];
  if (encoding !== undefined) return encoding;
  const known = refused.find(([pattern]) => pattern.test(transferSyntax));
  throw new FoveaError(
    'unsupported_transfer_syntax',
    `The image is stored as ${known ? known[1] : 'an unknown kind of DICOM'} (${printable(transferSyntax)}), which Fovea does not support.`,
    { hint: 'Export it from the archive as uncompressed, JPEG lossless or JPEG 2000 DICOM, and import it again.' },
  );
}

function printable(uid: string): string {
  return uid.replace(/[^0-9.]/g, '').slice(0, 64) || 'no transfer syntax';
}
