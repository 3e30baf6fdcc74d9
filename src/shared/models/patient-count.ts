import { z } from 'zod';
import { formatCount, formatQuantity } from '../text/number';

/** Number of patients in a set of images, as far as known. */
export const patientCountFields = {
  /** Known patients; null if none is known. An image without a patient does not count. */
  patients: z.number().int().nullable(),
  /** Images without a known patient. */
  withoutPatient: z.number().int(),
};
export const patientCountSchema = z.object(patientCountFields);
export type PatientCount = Readonly<z.infer<typeof patientCountSchema>>;

/** `isNamed`: whether a running number stands for a person, rather than for a file with an unknown patient. */
export function countPatients(
  images: Iterable<{ readonly patient: number | null }>,
  isNamed: (patient: number) => boolean = () => true,
): PatientCount {
  const known = new Set<number>();
  let withoutPatient = 0;
  for (const { patient } of images) {
    if (patient === null || !isNamed(patient)) withoutPatient += 1;
    else known.add(patient);
  }
  return { patients: known.size === 0 ? null : known.size, withoutPatient };
}

/** “73 patients”, “73 patients known, 4 images without”, “patients unknown”. */
export function patientsText({ patients, withoutPatient }: PatientCount): string {
  if (patients === null) return 'patients unknown';
  if (withoutPatient === 0) return formatQuantity(patients, 'patient');
  return `${formatQuantity(patients, 'patient')} known, ${formatQuantity(withoutPatient, 'image')} without`;
}

/** “155 images of 73 patients”, “155 images, patients unknown”. */
export function imagesText(images: number, of: PatientCount): string {
  const isKnown = of.patients !== null && of.withoutPatient === 0;
  return `${formatQuantity(images, 'image')}${isKnown ? ' of ' : ', '}${patientsText(of)}`;
}

/** For a table cell in a column “Patients”: “73”, “73 known”, “unknown”. */
export function patientsCell({ patients, withoutPatient }: PatientCount): string {
  if (patients === null) return 'unknown';
  return `${formatCount(patients)}${withoutPatient > 0 ? ' known' : ''}`;
}
