/** A TIFF header and one directory with only Orientation (0112), which is part of the image. */
export function orientationTiff(orientation: number): Buffer {
  const bytes = Buffer.alloc(26);
  bytes.write('MM\0*', 0, 'latin1');
  bytes.writeUInt32BE(8, 4);
  bytes.writeUInt16BE(1, 8);
  bytes.writeUInt16BE(0x0112, 10);
  // SHORT, one value, left-justified in its four bytes (TIFF 6.0, section 2).
  bytes.writeUInt16BE(3, 12);
  bytes.writeUInt32BE(1, 14);
  bytes.writeUInt16BE(orientation, 18);
  return bytes;
}

/** The orientation as EXIF segment of a JPEG; null if the image is upright. */
export function orientationSegment(orientation: number): Buffer | null {
  if (orientation <= 1 || orientation > 8) return null;
  const payload = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), orientationTiff(orientation)]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(payload.length + 2, 2);
  return Buffer.concat([head, payload]);
}
