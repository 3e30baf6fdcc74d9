import type { ImageKind, SplitName } from '#shared/models/dataset';
import type { DeidentifiedPlan } from '#shared/models/deidentified-export';
import { findBurnedInText, restsOnLetters } from '#shared/review/find-burned-in-text';
import { oftenBurnedIn } from '#shared/review/often-burned-in';
import { SEVERAL_LABELS_FOLDER, UNLABELLED_FOLDER } from '../../ingest/dataset/detect-layout';
import type { ExportImage } from '../../store/export-files';
import { pictureMeasures } from '../../store/measures';
import type { ProjectStore } from '../../store/open';
import { folderName } from '../project/projects';

/** A source file of the export, with the facts that its images agree on. */
export interface ExportFile {
  /** Running number in this export, from 1, in the order of contents. */
  readonly number: number;
  /** First of its images, to find it in the project. */
  readonly image: number;
  readonly hash: string;
  readonly bytes: number;
  readonly kind: ImageKind;
  /** Whether the search for burned-in text found letters in one of its frames. */
  readonly textDetected: boolean;
  /** Null if its frames have several labels, or none. */
  readonly label: string | null;
  readonly pseudonym: string | null;
  readonly split: SplitName | null;
  readonly sex: string | null;
  readonly age: number | null;
  /** Relative to the export's folder, with `/`. */
  readonly path: string;
}

const extensions: Readonly<Record<ImageKind, string>> = { dicom: 'dcm', png: 'png', jpeg: 'jpg' };

export const pseudonymOf = (patient: number): string => `patient-${String(patient).padStart(4, '0')}`;

/**
 * Lists the files of the given images (sorted by content, frames of a file together) with new names that reveal nothing
 * about the source: class, the patient's running number in the project, and a running number.
 */
export function exportFiles(images: readonly ExportImage[], withText: ReadonlySet<number>): ExportFile[] {
  const groups = new Map<string, ExportImage[]>();
  for (const image of images) {
    const group = groups.get(image.hash);
    if (group === undefined) groups.set(image.hash, [image]);
    else group.push(image);
  }
  const folders = classFolders();
  return [...groups.values()].flatMap((frames, index): ExportFile[] => {
    const [first] = frames;
    if (first === undefined) return [];
    const labels = new Set(frames.map(({ label }) => label));
    const label = labels.size === 1 ? first.label : null;
    const pseudonym = first.patient === null ? null : pseudonymOf(first.patient);
    const number = index + 1;
    const folder = folders(labels.size > 1 ? SEVERAL_LABELS : label);
    const name = `${String(number).padStart(6, '0')}.${extensions[first.kind]}`;
    return [
      {
        number,
        image: first.id,
        hash: first.hash,
        bytes: first.fileBytes,
        kind: first.kind,
        textDetected: frames.some(({ id }) => withText.has(id)),
        label,
        pseudonym,
        split: first.split,
        sex: first.sex,
        age: first.age,
        path: `${folder}/${pseudonym ?? 'no-patient'}/${name}`,
      },
    ];
  });
}

const SEVERAL_LABELS = Symbol('several labels');

/** Returns a function that names the folder of a class: valid on every file system and unique. */
function classFolders(): (label: string | null | typeof SEVERAL_LABELS) => string {
  const names = new Map<string, string>();
  // A class with one of these names gets another folder.
  const taken = new Set<string>([UNLABELLED_FOLDER, SEVERAL_LABELS_FOLDER]);
  return (label) => {
    if (label === null) return UNLABELLED_FOLDER;
    if (typeof label === 'symbol') return SEVERAL_LABELS_FOLDER;
    const present = names.get(label);
    if (present !== undefined) return present;
    const base = folderName(label);
    let name = base;
    // File names on Windows and macOS are case-insensitive.
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${base}-${number}`;
    taken.add(name.toLowerCase());
    names.set(label, name);
    return name;
  };
}

export interface RenamedClasses {
  readonly files: readonly ExportFile[];
  /** New names of the export's folders, by old name. */
  readonly folders: ReadonlyMap<string, string>;
  /** New names of the renamed classes. */
  readonly names: readonly string[];
}

/** Replaces the names of the `identifying` classes, and of their folders, by “class-1”, “class-2” and so on. */
export function withNeutralClassNames(files: readonly ExportFile[], identifying: ReadonlySet<string>): RenamedClasses {
  const present = [...new Set(files.flatMap(({ label }) => label ?? []))];
  const taken = new Set(present.map((name) => name.toLowerCase()));
  const names = new Map<string, string>();
  const folders = new Map<string, string>();
  let number = 0;
  for (const label of present.filter((name) => identifying.has(name)).sort()) {
    do number += 1;
    while (taken.has(`class-${number}`));
    names.set(label, `class-${number}`);
  }
  const renamed = files.map((file): ExportFile => {
    const label = names.get(file.label ?? '');
    if (label === undefined) return file;
    const [folder = '', ...rest] = file.path.split('/');
    folders.set(folder, label);
    return { ...file, label, path: [label, ...rest].join('/') };
  });
  return { files: renamed, folders, names: [...names.values()] };
}

/** Images in which letters were detected, whatever their files state. Images not yet measured count as without text. */
export function imagesWithText(store: ProjectStore): Set<number> {
  const found = findBurnedInText(pictureMeasures(store));
  return new Set(found.filter(restsOnLetters).map(({ image }) => image));
}

/** Counts what an export would contain, from the facts stored in the project. */
export function planOf(images: readonly ExportImage[], withText: ReadonlySet<number>): DeidentifiedPlan {
  const files = [...new Map([...images].reverse().map((image) => [image.hash, image])).values()];
  const burnedIn = files.filter((file) => file.burnedIn === 'yes').length;
  const pictures = files.filter(({ kind }) => kind !== 'dicom').length;
  const isUnknown = ({ modality, burnedIn: stated }: ExportImage) =>
    stated === null && (modality === null || oftenBurnedIn(modality) !== null);
  const dicom = files.filter(({ kind, burnedIn: stated }) => kind === 'dicom' && stated !== 'yes');
  const unknown = dicom.filter(isUnknown).length;
  const texts = new Set(images.filter(({ id }) => withText.has(id)).map(({ hash }) => hash));
  const detected = dicom.filter((file) => !isUnknown(file) && texts.has(file.hash)).length;
  return {
    files: files.length,
    images: images.length,
    bytes: files.reduce((sum, { fileBytes }) => sum + fileBytes, 0),
    burnedIn,
    unknown,
    pictures,
    detected,
    rest: files.length - burnedIn - unknown - pictures - detected,
  };
}
