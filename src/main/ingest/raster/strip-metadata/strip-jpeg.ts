import { FoveaError } from '#shared/ipc/errors';
import { orientationTiff } from './orientation-exif';

const SOS = 0xda;
const EOI = 0xd9;
const COM = 0xfe;

/** RST0 to RST7 and TEM have no length; nor has SOI, which must not come again. */
const isBare = (marker: number): boolean => (marker >= 0xd0 && marker <= 0xd7) || marker === 0x01;
const isApplication = (marker: number): boolean => marker >= 0xe0 && marker <= 0xef;

function damaged(): FoveaError {
  return new FoveaError('damaged', 'The JPEG file is damaged: its parts do not follow each other.');
}

function segment(marker: number, payload: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(payload.length + 2, 2);
  return Buffer.concat([head, payload]);
}

/** What stays of an application segment: how to read the colours, nothing else. Null: nothing. */
function keptApplication(marker: number, payload: Buffer): Buffer | null {
  if (marker === 0xe0 && payload.length >= 14 && payload.toString('latin1', 0, 5) === 'JFIF\0') {
    const kept = Buffer.from(payload.subarray(0, 14));
    // Xthumbnail and Ythumbnail: the small picture behind the header goes.
    kept.fill(0, 12, 14);
    return segment(marker, kept);
  }
  if (marker === 0xee && payload.length >= 12 && payload.toString('latin1', 0, 5) === 'Adobe') {
    return segment(marker, payload.subarray(0, 12));
  }
  return null;
}

/** Where the entropy-coded data from `start` on end: at the next marker that is no restart and no stuffed byte. */
function scanEnd(bytes: Buffer, start: number): number {
  for (let at = bytes.indexOf(0xff, start); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] as number;
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  throw damaged();
}

/**
 * A JPEG without its metadata (EXIF, XMP, IPTC, ICC, comments, thumbnails, what stands behind its end): tables and
 * scans are the same bytes (ITU-T T.81, Annex B). `orientation` other than 1 is written as an EXIF segment of its own.
 * Errors: `damaged`.
 */
export function stripJpeg(bytes: Buffer, orientation: number): { bytes: Buffer; removed: number } {
  const kept: Buffer[] = [bytes.subarray(0, 2)];
  let removed = 0;
  let at = 2;
  let oriented = orientation <= 1 || orientation > 8;
  const orient = () => {
    if (!oriented)
      kept.push(segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), orientationTiff(orientation)])));
    oriented = true;
  };
  for (;;) {
    if (bytes[at] !== 0xff) throw damaged();
    // Any number of FF may stand before a marker (B.1.1.2).
    while (bytes[at + 1] === 0xff) at += 1;
    const marker = bytes[at + 1];
    if (marker === undefined || marker === 0) throw damaged();
    if (marker === EOI) break;
    if (isBare(marker)) {
      kept.push(bytes.subarray(at, at + 2));
      at += 2;
      continue;
    }
    if (at + 4 > bytes.length) throw damaged();
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if (end < at + 4 || end > bytes.length) throw damaged();
    if (isApplication(marker) || marker === COM) {
      const application = keptApplication(marker, bytes.subarray(at + 4, end));
      if (application === null) removed += 1;
      else kept.push(application);
      at = end;
      continue;
    }
    // JFIF comes first where it is there; the orientation stands before the tables.
    orient();
    const dataEnd = marker === SOS ? scanEnd(bytes, end) : end;
    kept.push(bytes.subarray(at, dataEnd));
    at = dataEnd;
  }
  kept.push(Buffer.from([0xff, EOI]));
  return { bytes: Buffer.concat(kept), removed: removed + (at + 2 < bytes.length ? 1 : 0) };
}
