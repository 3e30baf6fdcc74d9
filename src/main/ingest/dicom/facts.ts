import type { DataSet } from 'dicom-parser';
import type { FileIdentity } from '#shared/identity/file-identity';
import { readIdentifier } from '#shared/identity/identifier';
import type { FileFacts } from '../types';
import type { Notes } from './notes';
import { noteCharacterSet, readText } from './text';

/** Parses an age string (PS3.5, AS: nnnD, nnnW, nnnM, nnnY) into years, rounded to a tenth. */
export function parseAge(text: string | null): number | null {
  const match = /^(\d{1,3})([DWMY])$/.exec(text ?? '');
  if (match === null) return null;
  const years = { D: 1 / 365.25, W: 7 / 365.25, M: 1 / 12, Y: 1 }[match[2] as 'D' | 'W' | 'M' | 'Y'];
  return Math.round(Number(match[1]) * years * 10) / 10;
}

function readBurnedInAnnotation(dataSet: DataSet): FileFacts['burnedInAnnotation'] {
  const value = readText(dataSet, 'x00280301')?.toUpperCase();
  return value === 'YES' ? 'yes' : value === 'NO' ? 'no' : 'unknown';
}

/** Identity of a file that names nobody. */
export const NO_IDENTITY: FileIdentity = {
  patient: null,
  patientId: null,
  accession: null,
  studyDate: null,
  birthDate: null,
  sex: null,
  study: null,
  series: null,
  sopInstance: null,
  institution: null,
};

/** Reads patient, study, series and institution (PS3.3, C.2.2, C.7.2.1, C.7.3.1). */
export function readIdentity(dataSet: DataSet, notes?: Notes): FileIdentity {
  const patientId = readIdentifier(readText(dataSet, 'x00100020', notes));
  // Two hospitals may issue the same number; the issuer (0010,0021) distinguishes them.
  const issuer = readIdentifier(readText(dataSet, 'x00100021', notes));
  return {
    patient: patientId === null || issuer === null ? patientId : `${patientId} (${issuer})`,
    patientId,
    accession: readIdentifier(readText(dataSet, 'x00080050')),
    studyDate: readDate(dataSet, 'x00080020'),
    birthDate: readDate(dataSet, 'x00100030'),
    sex: readText(dataSet, 'x00100040'),
    study: readText(dataSet, 'x0020000d'),
    series: readText(dataSet, 'x0020000e'),
    sopInstance: readText(dataSet, 'x00080018'),
    institution: readInstitution(dataSet, notes),
  };
}

/** Reads YYYYMMDD, or the retired form with periods (PS3.5, 6.2, DA). */
function readDate(dataSet: DataSet, tag: string): string | null {
  const digits = readText(dataSet, tag)?.replaceAll('.', '') ?? '';
  return /^[12]\d{7}$/.test(digits) ? digits : null;
}

/** Reads the year of acquisition (0008,002A), (0008,0022), else of the content (0008,0023) or the study (0008,0020). */
function readYear(dataSet: DataSet): number | null {
  for (const tag of ['x0008002a', 'x00080022', 'x00080023', 'x00080020']) {
    const year = Number(/^(\d{4})/.exec(readText(dataSet, tag) ?? '')?.[1]);
    if (year >= 1895 && year < 2200) return year;
  }
  return null;
}

/**
 * Normalises Institution Name: character sets differ in letter widths and blanks, and one hospital must stay one site.
 */
function readInstitution(dataSet: DataSet, notes?: Notes): string | null {
  const name = readText(dataSet, 'x00080080', notes);
  return name === null ? null : name.normalize('NFKC').replace(/\s+/g, ' ');
}

/** The facts that come from the header alone. */
export function readHeaderFacts(
  dataSet: DataSet,
  notes: Notes = new Set(),
): Pick<FileFacts, 'modality' | 'identity' | 'subject' | 'equipment' | 'acquiredYear' | 'burnedInAnnotation'> {
  noteCharacterSet(dataSet, notes);
  return {
    modality: readText(dataSet, 'x00080060'),
    identity: readIdentity(dataSet, notes),
    subject: { sex: readText(dataSet, 'x00100040'), age: parseAge(readText(dataSet, 'x00101010')) },
    equipment: {
      manufacturer: readText(dataSet, 'x00080070', notes),
      model: readText(dataSet, 'x00081090', notes),
      station: readText(dataSet, 'x00081010', notes),
      institution: readInstitution(dataSet, notes),
    },
    acquiredYear: readYear(dataSet),
    burnedInAnnotation: readBurnedInAnnotation(dataSet),
  };
}
