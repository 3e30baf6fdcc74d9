import { createRandom, type Random, shuffle } from '#shared/imaging/random';
import { type SampleStudy, sampleDicom } from './sample-dicom';
import { type SampleClass, sampleClasses, ultrasoundImage } from './ultrasound-image';

export const SAMPLE_PATIENTS = 60;
export const SAMPLE_IMAGES_PER_PATIENT = 4;

export interface SampleFile {
  /** `class/file name`, relative to the dataset's folder. */
  readonly path: string;
  readonly label: SampleClass;
  readonly bytes: Uint8Array;
}

const models = ['Linear 9', 'Linear 12'] as const;

/** A UID under 2.25 (PS3.5 B.2) from 120 random bits: effectively unique, and equal for equal seeds. */
function randomUid(random: Random): string {
  let value = 1n;
  for (let i = 0; i < 4; i++) value = (value << 30n) | BigInt(random.nextUint32() >>> 2);
  return `2.25.${value}`;
}

function sampleStudy(patient: number, random: Random): SampleStudy {
  const day = 1 + random.integer(28);
  const month = 1 + random.integer(12);
  return {
    patientId: `SAMPLE-${String(patient + 1).padStart(3, '0')}`,
    patientName: `Sample^Patient ${patient + 1}`,
    sex: random.next() < 0.97 ? 'F' : 'M',
    age: 24 + random.integer(56),
    date: `2024${String(month).padStart(2, '0')}${String(day).padStart(2, '0')}`,
    manufacturerModel: models[random.integer(models.length)] as string,
    studyUid: randomUid(random),
    seriesUid: randomUid(random),
  };
}

/**
 * Generates the sample dataset file by file: 60 invented patients with four images each, 80 images per class, every
 * patient in one class. Equal seeds give equal bytes.
 */
export function* sampleDataset(
  seed: number,
  options: { patients?: number; imagesPerPatient?: number } = {},
): Generator<SampleFile> {
  const { patients = SAMPLE_PATIENTS, imagesPerPatient = SAMPLE_IMAGES_PER_PATIENT } = options;
  const order = shuffle(
    Array.from({ length: patients }, (_, patient) => patient),
    createRandom(seed),
  );
  for (let patient = 0; patient < patients; patient++) {
    const random = createRandom(seed, patient + 1);
    const label = sampleClasses[(order[patient] as number) % sampleClasses.length] as SampleClass;
    const study = sampleStudy(patient, random);
    for (let instance = 1; instance <= imagesPerPatient; instance++) {
      const image = ultrasoundImage(label, random.next);
      const name = `${study.patientId}-${instance}.dcm`;
      yield { path: `${label}/${name}`, label, bytes: sampleDicom(image, study, instance, randomUid(random)) };
    }
  }
}
