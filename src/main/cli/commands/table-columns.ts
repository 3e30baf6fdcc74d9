import { InvalidArgumentError } from 'commander';
import { type ColumnMapping, columnRoles, type TableChanges, type TablePreview } from '#shared/models/label-table';
import { facts, table } from '../table';

/**
 * "path=File,label=Diagnosis, primary,reader=" → the header of each role; nothing behind “=” is no column. A comma
 * that no role follows belongs to the header.
 */
export function columnMapping(text: string, before: ColumnMapping = {}): ColumnMapping {
  const mapping: ColumnMapping = { ...before };
  for (const part of text.split(new RegExp(`,(?=\\s*(?:${columnRoles.join('|')})=)`))) {
    const [, role = '', header = ''] = /^\s*([a-z]+)=(.*)$/s.exec(part) ?? [];
    const known = columnRoles.find((one) => one === role);
    if (known === undefined)
      throw new InvalidArgumentError(`Give role=header, with a role of ${columnRoles.join(', ')}.`);
    mapping[known] = header.trim() === '' ? null : header.trim();
  }
  return mapping;
}

/** For scripts: without the sample rows, which may hold identities and are for a window only. */
export function tableResult({ sample: _, ...preview }: TablePreview): Omit<TablePreview, 'sample'> {
  return preview;
}

const delimiters = { ',': 'comma', ';': 'semicolon', '\t': 'tab' } as const;

export function describeTable(preview: TablePreview): string {
  const { mapping, values, changes } = preview;
  return [
    facts([
      ['read as', `${preview.encoding}, ${delimiters[preview.delimiter]}`],
      ['rows', `${preview.rows}, of which ${preview.rowsMatched} fit a file`],
      ['files', `${preview.files}, of which ${preview.filesMatched} have a row`],
      ...(preview.patients > 0 ? [['patients', preview.patients] as const] : []),
    ]),
    '',
    table(
      ['column', 'header'],
      columnRoles.map((role) => [role, mapping[role] ?? '-']),
    ),
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
    ...preview.problems.map((problem) => `\nNote: ${problem}`),
  ].join('\n');
}

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
