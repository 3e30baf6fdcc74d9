import { expect, it } from 'vitest';
import { countPatients, imagesText, patientsText } from './patient-count';

it('counts people, not images without one', () => {
  const images = [1, 1, 2, null, 9].map((patient) => ({ patient }));
  // 9 stands for a file with an unknown patient.
  expect(countPatients(images, (patient) => patient !== 9)).toEqual({ patients: 2, withoutPatient: 2 });
  expect(countPatients([{ patient: null }])).toEqual({ patients: null, withoutPatient: 1 });
});

it('states what is known', () => {
  expect(patientsText({ patients: 73, withoutPatient: 4 })).toBe('73 patients known, 4 images without');
  expect(imagesText(77, { patients: 73, withoutPatient: 4 })).toBe('77 images, 73 patients known, 4 images without');
  expect(imagesText(155, { patients: null, withoutPatient: 155 })).toBe('155 images, patients unknown');
  expect(imagesText(1, { patients: 1, withoutPatient: 0 })).toBe('1 image of 1 patient');
  expect(imagesText(1234, { patients: 1000, withoutPatient: 0 })).toBe('1,234 images of 1,000 patients');
});
