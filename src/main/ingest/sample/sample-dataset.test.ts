import { createHash } from 'node:crypto';
import dicomParser from 'dicom-parser';
import { describe, expect, it } from 'vitest';
import { createRandom } from '#shared/imaging/random';
import { sampleDataset } from './sample-dataset';
import { ultrasoundImage } from './ultrasound-image';

describe('the sample dataset', () => {
  const files = [...sampleDataset(42)];

  it('has 240 images of 60 patients, 80 per class, and one class per patient', () => {
    expect(files).toHaveLength(240);
    const classesOfPatient = new Map<string, Set<string>>();
    const counts: Record<string, number> = {};
    const instances = new Set<string>();
    for (const file of files) {
      const dataset = dicomParser.parseDicom(file.bytes, { untilTag: 'x7fe00010' });
      const patient = dataset.string('x00100020') as string;
      const classes = classesOfPatient.get(patient) ?? new Set();
      classesOfPatient.set(patient, classes.add(file.label));
      counts[file.label] = (counts[file.label] ?? 0) + 1;
      instances.add(dataset.string('x00080018') as string);
    }
    expect(counts).toEqual({ benign: 80, malignant: 80, normal: 80 });
    expect(classesOfPatient.size).toBe(60);
    expect([...classesOfPatient.values()].every((classes) => classes.size === 1)).toBe(true);
    expect(instances.size).toBe(240);
  });

  it('writes DICOM whose pixels are the image', () => {
    const [first] = files;
    const dataset = dicomParser.parseDicom((first as (typeof files)[0]).bytes);
    expect(dataset.string('x00020010')).toBe('1.2.840.10008.1.2.1');
    expect(dataset.uint16('x00280010')).toBe(176);
    expect(dataset.uint16('x00280011')).toBe(224);
    expect(dataset.string('x00280301')).toBe('NO');
    expect(dataset.elements['x7fe00010']?.length).toBe(176 * 224);
  });

  it('is reproducible by seed, and differs for another', () => {
    const digest = (seed: number) => {
      const hash = createHash('sha256');
      for (const file of sampleDataset(seed, { patients: 3, imagesPerPatient: 1 })) hash.update(file.bytes);
      return hash.digest('hex');
    };
    expect(digest(1)).toBe(digest(1));
    expect(digest(1)).not.toBe(digest(2));
  });
});

describe('ultrasoundImage', () => {
  /** Mean grey level of a box, given as fractions of the image. */
  const meanOf = (kind: 'benign' | 'malignant' | 'normal', top: number, bottom: number) => {
    let sum = 0;
    let n = 0;
    for (let i = 0; i < 12; i++) {
      const { pixels, width, height } = ultrasoundImage(kind, createRandom(9, i).next);
      for (let y = Math.floor(top * height); y < bottom * height; y++)
        for (let x = Math.floor(0.3 * width); x < 0.7 * width; x++) {
          sum += pixels[y * width + x] as number;
          n++;
        }
    }
    return sum / n;
  };

  it('is dark in a lesion and shadowed behind a malignant one', () => {
    expect(meanOf('benign', 0.35, 0.5)).toBeLessThan(meanOf('normal', 0.35, 0.5) - 8);
    expect(meanOf('malignant', 0.35, 0.5)).toBeLessThan(meanOf('normal', 0.35, 0.5) - 20);
    expect(meanOf('malignant', 0.72, 0.98)).toBeLessThan(meanOf('normal', 0.72, 0.98) - 10);
    expect(meanOf('benign', 0.72, 0.98)).toBeGreaterThan(meanOf('normal', 0.72, 0.98));
  });
});
