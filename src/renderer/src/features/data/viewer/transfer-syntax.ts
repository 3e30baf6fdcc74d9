/** Shortened names of the transfer syntaxes that Fovea reads (DICOM PS3.6, Annex A). */
const names: Readonly<Record<string, string>> = {
  '1.2.840.10008.1.2': 'Implicit little endian',
  '1.2.840.10008.1.2.1': 'Explicit little endian',
  '1.2.840.10008.1.2.1.99': 'Deflated explicit little endian',
  '1.2.840.10008.1.2.2': 'Explicit big endian',
  '1.2.840.10008.1.2.4.50': 'JPEG baseline',
  '1.2.840.10008.1.2.4.51': 'JPEG extended',
  '1.2.840.10008.1.2.4.57': 'JPEG lossless',
  '1.2.840.10008.1.2.4.70': 'JPEG lossless, first order',
  '1.2.840.10008.1.2.4.80': 'JPEG-LS lossless',
  '1.2.840.10008.1.2.4.81': 'JPEG-LS near-lossless',
  '1.2.840.10008.1.2.4.90': 'JPEG 2000 lossless',
  '1.2.840.10008.1.2.4.91': 'JPEG 2000',
  '1.2.840.10008.1.2.4.201': 'High-throughput JPEG 2000 lossless',
  '1.2.840.10008.1.2.4.202': 'High-throughput JPEG 2000 lossless, RPCL',
  '1.2.840.10008.1.2.4.203': 'High-throughput JPEG 2000',
  '1.2.840.10008.1.2.5': 'RLE lossless',
};

/** Name of a transfer syntax, or its UID if it is unknown. */
export function transferSyntaxName(uid: string): string {
  return names[uid] ?? uid;
}
