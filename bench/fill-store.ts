import { measurePicture } from '#shared/imaging/measure-picture';
import { encodeMeasures } from '#shared/imaging/measures-bytes';
import { addPicture } from '../src/main/store/duplicates';
import { patientNumber } from '../src/main/store/identity';
import { addImage } from '../src/main/store/images';
import { startImport } from '../src/main/store/imports';
import { classNumber, setLabel } from '../src/main/store/labels';
import type { ProjectStore } from '../src/main/store/open';
import { sourceNumber } from '../src/main/store/sources';

const CLASSES = ['benign', 'malignant', 'normal'];

/** Adds rows of images without files, four per patient, in batches of 50 as an import stores them. */
export function fillStore(store: ProjectStore, images: number): void {
  const measures = encodeMeasures(measurePicture({ width: 1, height: 1, channels: 1, data: Uint8Array.of(7) }));
  const importId = startImport(store);
  for (let start = 0; start < images; start += 50) {
    store.transaction(() => {
      const sourceId = sourceNumber(store, '/bench');
      for (let i = start; i < start + 50; i++) {
        const name = CLASSES[i % 3] ?? '';
        const { id } = addImage(store, {
          hash: (i * 2654435761).toString(16).padStart(64, '0'),
          sourceId,
          path: `${name}/study ${i >> 3}/IM${i}.dcm`,
          fileBytes: 300_000,
          kind: 'dicom',
          width: 512,
          height: 512,
          frames: 1,
          colour: false,
          modality: i % 5 === 0 ? 'MG' : 'US',
          bitsStored: 12,
          photometricInterpretation: 'MONOCHROME2',
          transferSyntax: '1.2.840.10008.1.2.1',
          window: { center: 2048, width: 4096 },
          range: { min: 0, max: 4095 },
          sex: 'F',
          age: 50,
          manufacturer: 'Maker',
          model: 'Model',
          flags: [],
          patientId: patientNumber(store, `patient ${i >> 2}`, 'dicom'),
          studyId: null,
          givenSplit: null,
          importId,
        });
        setLabel(store, id, classNumber(store, name), 'folder');
        addPicture(store, id, { content: i.toString(16), descriptor: new Uint8Array(268), measures });
      }
    });
  }
}
