import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { sharp } from '../../ingest/raster/codec';
import { patientNumber } from '../../store/identity';
import { addImage } from '../../store/images';
import { finishImport, startImport } from '../../store/imports';
import { classNumber, setLabel } from '../../store/labels';
import { sourceNumber } from '../../store/sources';
import { plainImage } from '../../store/test-support/plain-image';
import { createEvents } from '../core/events';
import { thumbnailPath } from '../project/project-paths';
import { createProjects } from '../project/projects';

const CLASSES = ['benign', 'malignant', 'normal'];
const SIDE = 96;

/**
 * Creates a project of many images without an import: writes rows and thumbnails directly; the sources do not exist.
 * For tests of the window with many images.
 */
export async function makeLargeProject(folder: string, userDataFolder: string, images: number): Promise<void> {
  const projects = createProjects({ userDataFolder, events: createEvents() });
  const { store } = await projects.create(folder, 'Large');
  const thumbnails = await Promise.all(
    CLASSES.map((_, index) =>
      sharp({ create: { width: SIDE, height: SIDE, channels: 3, background: { r: 60 * index + 60, g: 90, b: 120 } } })
        .jpeg()
        .toBuffer(),
    ),
  );
  const importId = startImport(store);
  store.transaction(() => {
    const sourceId = sourceNumber(store, '/nowhere');
    for (let index = 0; index < images; index++) {
      const name = CLASSES[index % CLASSES.length] as string;
      const hash = createHash('sha256').update(String(index)).digest('hex');
      const { id } = addImage(store, {
        ...plainImage,
        hash,
        sourceId,
        path: `study ${index >> 3}/IM${index}.png`,
        fileBytes: 1000,
        width: SIDE,
        height: SIDE,
        colour: true,
        patientId: patientNumber(store, `patient ${index >> 2}`, 'table'),
        importId,
      });
      setLabel(store, id, classNumber(store, name), 'folder');
      const path = thumbnailPath(folder, hash);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, thumbnails[index % CLASSES.length] as Buffer);
    }
    finishImport(store, importId, 'done', {
      added: images,
      duplicates: 0,
      moved: 0,
      skipped: [],
      classes: {},
      patients: Math.ceil(images / 4),
      withoutPatient: 0,
      warnings: [],
      seconds: 1,
      imagesPerSecond: images,
    });
  });
  projects.closeAll();
}
