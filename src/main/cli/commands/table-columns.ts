import { InvalidArgumentError, Option } from 'commander';
import { spellingsText } from '#shared/class-names/similar-names';
import {
  type ColumnMapping,
  columnRoles,
  type TableChanges,
  type TablePreview,
  type UsedColumns,
} from '#shared/models/label-table';
import { delimiterName } from '#shared/tables/delimiter-name';
import { facts, table } from '../table';

/**
 * "path=File,label=Diagnosis, primary,reader=" → the header of each role; nothing behind “=” is no column. A comma
 * that no role follows belongs to the header, but parts the headers of “classes=”, one column a class.
 */
export function columnMapping(text: string, before: ColumnMapping = {}): ColumnMapping {
  const mapping: ColumnMapping = { ...before };
  for (const part of text.split(new RegExp(`,(?=\\s*(?:${columnRoles.join('|')}|classes)=)`))) {
    const [, role = '', header = ''] = /^\s*([a-z]+)=(.*)$/s.exec(part) ?? [];
    if (role === 'classes') {
      const headers = header.split(',').map((one) => one.trim());
      mapping.classes = header.trim() === '' ? null : headers.filter((one) => one !== '');
      continue;
    }
    const known = columnRoles.find((one) => one === role);
    if (known === undefined)
      throw new InvalidArgumentError(`Give role=header, with a role of ${columnRoles.join(', ')} or classes.`);
    mapping[known] = header.trim() === '' ? null : header.trim();
  }
  return mapping;
}

/** For scripts: without the sample rows, which may hold identities and are for a window only. */
export function tableResult({ sample: _, ...preview }: TablePreview): Omit<TablePreview, 'sample'> {
  return preview;
}

export function describeTable(preview: TablePreview): string {
  const { mapping, classes, headers, values, changes, similarNames } = preview;
  return [
    facts([
      ['read as', `${preview.encoding}, ${delimiterName(preview.delimiter)}`],
      ['rows', `${preview.rows}, of which ${preview.rowsMatched} fit a file`],
      ['files', `${preview.files}, of which ${preview.filesMatched} have a row`],
      ...(preview.patients > 0 ? [['patients', preview.patients] as const] : []),
    ]),
    '',
    table(
      ['column', 'header'],
      columnRoles.map((role) => [
        role,
        role === 'label' && classes.length > 0 ? `one a class: ${classes.join(', ')}` : (mapping[role] ?? '-'),
      ]),
    ),
    '',
    `All columns: ${headers.join(', ')}`,
    ...Object.entries(values).flatMap(([role, { distinct, values: listed }]) => [
      '',
      table(
        [role, 'rows'],
        listed.map(({ value, rows }) => [value, rows]),
      ),
      ...(distinct > listed.length ? [`and ${distinct - listed.length} more`] : []),
    ]),
    ...(changes === null ? [] : ['', describeChanges(changes)]),
    ...(preview.blocked === null ? [] : ['', `Not usable yet: ${preview.blocked}`]),
    ...similarNames.map(
      (group) =>
        `\nOne class, or several? ${spellingsText(group)}: --class-names merge makes them “${group.name}”, --class-names keep keeps them apart.`,
    ),
    ...preview.problems.map((problem) => `\nNote: ${problem}`),
  ].join('\n');
}

/** "path from “File”, label from “Diagnosis”": what was read, for the answer of a command. */
export function describeColumns({ headers, classes }: UsedColumns): string {
  const columns = columnRoles.flatMap((role) =>
    headers[role] === undefined ? [] : [`${role} from “${headers[role]}”`],
  );
  const marked = classes.length === 0 ? [] : [`a class from each of “${classes.join('”, “')}”`];
  return `Columns read: ${[...columns, ...marked].join(', ')}`;
}

export const classNamesOption = () =>
  new Option(
    '--class-names <what>',
    'names that may mean one class (“Benign” and “benign”, 1 and 1.0): merge them, or keep them apart',
  )
    .choices(['ask', 'merge', 'keep'])
    .default('ask');

export function describeChanges(changes: TableChanges): string {
  return facts([
    ['new labels', changes.newLabels],
    ['changed labels', changes.changedLabels],
    ['same labels', changes.sameLabels],
    ['against a person’s label', changes.conflicts],
    ['new readings', changes.readings],
    ['readers disagree', changes.disagreements],
    ['patients', changes.patients],
    ['studies', changes.studies],
    ['sites', changes.sites],
    ['sex or age', changes.subjects],
  ]);
}
