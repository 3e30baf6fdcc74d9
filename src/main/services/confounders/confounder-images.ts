import type { ConfounderImages } from '#shared/confounders/images';
import { FoveaError } from '#shared/ipc/errors';
import { type ConfounderTable, type ConfounderTag, confounderTags } from '#shared/models/confounders';
import { joinGroups } from '#shared/splitting/join-groups';
import { type ConfounderRow, confounderRows } from '../../store/confounders';
import { classesByName } from '../../store/labels';
import { pictureMeasures } from '../../store/measures';
import { duplicateGroups, keptTogether } from '../duplicates/duplicate-groups';
import type { OpenProject } from '../project/projects';

/** Formats each tag for people; null where the file does not state it. */
const readers: Readonly<Record<ConfounderTag, (row: ConfounderRow) => string | null>> = {
  manufacturer: (row) => row.manufacturer,
  model: (row) => row.model,
  station: ({ station }) => (station === null ? null : `Station ${station}`),
  site: ({ site, siteName }) => (site === null ? null : (siteName ?? `Site ${site}`)),
  year: ({ year }) => (year === null ? null : String(year)),
  modality: (row) => row.modality,
  matrix: ({ width, height }) => `${width} × ${height}`,
  bits: ({ bitsStored }) => (bitsStored === null ? null : `${bitsStored} bit`),
  photometric: (row) => row.photometric,
  syntax: (row) => row.syntax,
  kind: ({ kind }) => kind.toUpperCase(),
  sex: (row) => row.sex,
  age: ({ age }) => (age === null ? null : `${10 * Math.floor(age / 10)} to ${10 * Math.floor(age / 10) + 9}`),
};

/** The input of a scan: all labelled images, with patients and duplicates in one group. Throws `no_labels`. */
export function confounderImages({ store }: OpenProject): ConfounderImages {
  const rows = confounderRows(store);
  if (rows.length === 0) {
    throw new FoveaError('no_labels', 'No labelled images yet.', {
      hint: 'Label images on the Data screen, or import them with labels.',
    });
  }
  const present = new Set(rows.map(({ label }) => label));
  const classes = classesByName(store).filter(({ id }) => present.has(id));
  const numbers = new Map(classes.map(({ id }, index) => [id, index]));
  const alike = new Map(
    keptTogether(duplicateGroups(store)).flatMap(({ id, images }) => images.map((image) => [image, id] as const)),
  );
  // An image without a patient and without duplicates is a group of its own.
  const groups = joinGroups(
    rows.map(({ id, patient }) => [
      ...(patient === null ? [] : [`patient ${patient}`]),
      ...(alike.has(id) ? [`duplicates ${alike.get(id)}`] : []),
      ...(patient === null && !alike.has(id) ? [`image ${id}`] : []),
    ]),
  );
  const measured = new Map(pictureMeasures(store).map(({ image, measures }) => [image, measures]));
  return {
    classes: classes.map(({ name }) => name),
    labels: Int32Array.from(rows, ({ label }) => numbers.get(label) ?? 0),
    groups: Uint32Array.from(groups, (group) => group ?? 0),
    tags: Object.fromEntries(confounderTags.map((tag) => [tag, rows.map(readers[tag])])) as Record<
      ConfounderTag,
      (string | null)[]
    >,
    sizes: Float64Array.from(rows.flatMap(({ width, height }) => [width, height])),
    measures: rows.map(({ id }) => measured.get(id) ?? null),
  };
}

/** Values listed in a table; rarer ones are counted together. */
const MAX_VALUES = 40;

/** Tags whose values have a natural order. */
const ORDERED: ReadonlySet<ConfounderTag> = new Set(['age', 'year', 'bits']);

/** Counts images by class for each value of a tag: in natural order or the most frequent first, missing values last. */
export function confounderTable({ store }: OpenProject, tag: ConfounderTag): ConfounderTable {
  const rows = confounderRows(store);
  const present = new Set(rows.map(({ label }) => label));
  const classes = classesByName(store).filter(({ id }) => present.has(id));
  const place = new Map(classes.map(({ id }, index) => [id, index]));
  const counts = new Map<string | null, number[]>();
  for (const row of rows) {
    const value = readers[tag](row);
    const own = counts.get(value) ?? classes.map(() => 0);
    counts.set(value, own);
    const at = place.get(row.label) ?? 0;
    own[at] = (own[at] ?? 0) + 1;
  }
  const total = (own: readonly number[]) => own.reduce((sum, n) => sum + n, 0);
  const sorted = [...counts].sort(
    ([a, one], [b, other]) =>
      Number(a === null) - Number(b === null) ||
      (ORDERED.has(tag) ? 0 : total(other) - total(one)) ||
      (a ?? '').localeCompare(b ?? '', 'en', { numeric: true }),
  );
  const listed = sorted.filter(([value], index) => index < MAX_VALUES || value === null);
  const rest = sorted.filter((entry) => !listed.includes(entry));
  return {
    classes: classes.map(({ name }) => name),
    rows: listed.map(([value, own]) => ({ value, counts: own })),
    more:
      rest.length === 0
        ? null
        : {
            values: rest.length,
            counts: classes.map((_, at) => rest.reduce((sum, [, own]) => sum + (own[at] ?? 0), 0)),
          },
  };
}

/** Images of a class with a value of a tag (null: without a value). Throws `class_unknown`. */
export function confounderCell(
  { store }: OpenProject,
  tag: ConfounderTag,
  value: string | null,
  label: string,
): number[] {
  const known = classesByName(store).find(({ name }) => name === label);
  if (known === undefined) {
    throw new FoveaError('class_unknown', `There is no class “${label}” in this project.`, {
      hint: 'The classes may have changed. Open the table again.',
    });
  }
  return confounderRows(store).flatMap((row) =>
    row.label === known.id && readers[tag](row) === value ? [row.id] : [],
  );
}
