import { isAbsolute, relative, sep } from 'node:path';
import type { ImageKind, SplitName } from '#shared/models/dataset';
import type { ArchiveEntry } from '../../ingest/archive/open-archive';
import { imagesFolder } from '../project/project-paths';
import type { OpenProject } from '../project/projects';

/** A file found by a scan that looks like an image. */
export interface ImportSource {
  /** Absolute path of the image, or of its archive. */
  readonly file: string;
  /** The folder that `path` is relative to; absolute. */
  readonly root: string;
  /** Relative, with `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly kind: ImageKind;
  /** Its entry in the zip archive `file`; null for a file on disk. */
  readonly archived: ArchiveEntry | null;
  readonly label: string | null;
  readonly split: SplitName | null;
}

/** `project:…` for folders inside the project, so that the project can be moved; else the absolute path. */
export function sourceName(project: OpenProject, root: string): string {
  const inside = relative(project.folder, root);
  if (inside.startsWith('..') || isAbsolute(inside)) return root;
  return `project:${inside.split(sep).join('/')}`;
}

/** The folder of a source's file after the import. */
export function homeOf(project: OpenProject, source: ImportSource): string {
  return source.archived === null ? source.root : imagesFolder(project.folder);
}
