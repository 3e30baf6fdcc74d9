import { dirname, isAbsolute, relative, sep } from 'node:path';
import { type ImportPlan, type SkippedFile, splitNames } from '#shared/models/dataset';
import { formatQuantity } from '#shared/text/number';
import type { ScanResult } from '../../ingest/dataset/scan';
import { nativePath } from '../../ingest/native-path';
import { Slice } from '../../ingest/slice';
import { knownPaths } from '../../store/imports';
import { naturalKey } from '../../store/natural-key';
import { similarNames } from '../label-tables/class-names';
import { skippedWarnings } from '../label-tables/skipped-files';
import type { OpenProject } from '../project/projects';
import { homeOf, type ImportSource, sourceName } from './import-source';

/** The result of a scan, prepared for an import. */
export interface ImportScan {
  readonly sources: readonly ImportSource[];
  readonly ignored: readonly SkippedFile[];
  readonly layout: ImportPlan['layout'];
  readonly mediaDirectories: number;
}

/** Makes paths relative, including those of ignored files: a result reveals no more of a machine than it must. */
export async function toImportScan(scan: ScanResult): Promise<ImportScan> {
  const slice = new Slice();
  const sources: ImportSource[] = [];
  for (const { path, root, relativePath, bytes, kind, archived, label, split } of scan.entries) {
    sources.push({
      file: path,
      // An archive selected by itself is its own root; its name is part of the displayed paths.
      root: root === path ? dirname(root) : root,
      path: relativePath,
      bytes,
      kind,
      archived,
      // macOS decomposes letters; both forms are canonically equivalent in Unicode.
      label: label?.normalize('NFC') ?? null,
      split,
    });
    if (slice.isOver) await slice.next();
  }
  const roots = new Set([...sources.map((one) => one.root), ...scan.roots]);
  const shown = (path: string): string => {
    for (const root of roots) {
      const inside = relative(root, path);
      if (inside !== '' && !inside.startsWith('..') && !isAbsolute(inside)) return inside.split(sep).join('/');
    }
    return path.split(sep).slice(-2).join('/');
  };
  const ignored: SkippedFile[] = [];
  for (const one of scan.ignored) {
    ignored.push({ ...one, path: shown(one.path) });
    if (slice.isOver) await slice.next();
  }
  return { sources, ignored, layout: scan.layout, mediaDirectories: scan.mediaDirectories };
}

/** The plan shown before anything is written. */
export function toPlan(id: string, project: OpenProject, scan: ImportScan): ImportPlan {
  const { sources } = scan;
  const homes = new Set(sources.map((one) => homeOf(project, one)));
  const known = new Map([...homes].map((home) => [home, knownPaths(project.store, sourceName(project, home))]));
  const classes = tally(sources.flatMap((one) => one.label ?? []));
  const splits = tally(sources.flatMap((one) => one.split ?? []));
  return {
    id,
    files: sources.length,
    kinds: Object.fromEntries(tally(sources.map((one) => one.kind))),
    bytes: sources.reduce((sum, one) => sum + one.bytes, 0),
    layout: scan.layout,
    classes: [...classes]
      .map(([label, files]) => ({ label, files }))
      .sort((a, b) => (naturalKey(a.label) < naturalKey(b.label) ? -1 : 1)),
    splits: splitNames.flatMap((split) => {
      const files = splits.get(split);
      return files === undefined ? [] : [{ split, files }];
    }),
    ignored: [...scan.ignored],
    alreadyKnown: sources.filter((one) => known.get(homeOf(project, one))?.get(one.path) === one.bytes).length,
    warnings: planWarnings(scan, classes),
    information: planInformation(scan),
    examples: spread(sources.map((one) => one.path)),
    similarNames: similarNames(project.store, classes).slice(0, MAX_SIMILAR_GROUPS),
  };
}

/** Groups of similar class names shown in a plan. */
const MAX_SIMILAR_GROUPS = 30;
/** Paths on which a patient pattern is tried before the import. */
const MAX_EXAMPLES = 12;

/** At most `MAX_EXAMPLES` paths, evenly spaced from first to last. */
function spread(paths: readonly string[]): string[] {
  if (paths.length <= MAX_EXAMPLES) return [...paths];
  const step = (paths.length - 1) / (MAX_EXAMPLES - 1);
  return Array.from({ length: MAX_EXAMPLES }, (_, index) => paths[Math.round(index * step)] as string);
}

function planWarnings({ sources, layout, ignored }: ImportScan, classes: ReadonlyMap<string, number>): string[] {
  const warnings: string[] = [];
  if (sources.length === 0) {
    warnings.push('The selection contains no DICOM, PNG or JPEG images.');
    return [...warnings, ...skippedWarnings(ignored)];
  }
  if (layout === 'none') warnings.push('No class folders found. Add a label table, or label the images later.');
  if (classes.size === 1) warnings.push('Only one class found. A classifier needs at least two.');
  if (sources.some((one) => one.kind !== 'dicom')) {
    warnings.push(
      'PNG and JPEG files do not identify patients. Add a table with a patient column or a file-name pattern; otherwise images of one person may end up in several splits.',
    );
  }
  return [...warnings, ...skippedWarnings(ignored)];
}

function planInformation({ sources, mediaDirectories }: ImportScan): string[] {
  const notes: string[] = [];
  const archived = sources.filter((one) => one.archived !== null);
  const archives = new Set(archived.map((one) => one.file)).size;
  if (archives > 0) {
    notes.push(
      `${formatQuantity(archived.length, 'file')} in ${formatQuantity(archives, 'zip archive')}: will be unpacked into the project's “images” folder.`,
    );
  }
  const odd = sources.filter(({ path }) => typeof nativePath(path) !== 'string').length;
  if (odd > 0) {
    notes.push(
      `${formatQuantity(odd, 'file')} ${odd === 1 ? 'has a name that is' : 'have names that are'} not UTF-8. Invalid bytes are shown as \\xE4.`,
    );
  }
  if (mediaDirectories > 0) {
    notes.push(
      `${formatQuantity(mediaDirectories, 'DICOMDIR file')} (table of contents of a disc). The images it lists are imported as files, and the folders of the disc are not used as classes.`,
    );
  }
  return notes;
}

function tally<Key>(keys: readonly Key[]): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
