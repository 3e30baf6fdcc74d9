import { isAbsolute, relative, sep } from 'node:path';
import type { ImageKind, SplitName } from '#shared/models/dataset';
import type { ArchiveEntry } from '../../ingest/archive/open-archive';
import { imagesFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';

/** A file that a scan found and that looks like an image. */
export interface ImportSource {
  /** Absolute: the image, or the archive that it is in. */
  readonly file: string;
  /** The folder that `path` is relative to; absolute. */
  readonly root: string;
  /** With `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly kind: ImageKind;
  /** The file in the zip archive `file`; null for a file on disk. */
  readonly archived: ArchiveEntry | null;
  readonly label: string | null;
  readonly split: SplitName | null;
}

/** `project:…` for folders inside the project, so that it can be moved; else the absolute folder. */
export function sourceName(project: OpenProject, root: string): string {
  const inside = relative(project.folder, root);
  if (inside.startsWith('..') || isAbsolute(inside)) return root;
  return `project:${inside.split(sep).join('/')}`;
}

/** The folder where a source's file is, or will be once it is imported. */
export function homeOf(project: OpenProject, source: ImportSource): string {
  return source.archived === null ? source.root : imagesFolder(project.folder);
}
