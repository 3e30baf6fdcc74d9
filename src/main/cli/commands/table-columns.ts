import { InvalidArgumentError, Option } from 'commander';
import { spellingsText } from '#shared/class-names/similar-names';
import {
  type ColumnMapping,
  columnRoles,
  type PatientChanges,
  type TableAnswers,
  type TableChanges,
  type TablePreview,
  tableAnswersSchema,
  tableQuestions,
  type UsedColumns,
} from '#shared/models/label-table';
import { patientsText } from '#shared/models/patient-count';
import { delimiterName } from '#shared/tables/delimiter-name';
import { formatQuantity } from '#shared/text/number';
import { facts, table } from '../table';

/**
 * Parses "path=File,label=Diagnosis, primary,reader=" to the header of each role; nothing after “=” means no column. A
 * comma not followed by a role belongs to the header, except in “classes=”, where it separates columns of one class
 * each.
 */
export function columnMapping(text: string, before: ColumnMapping = {}): ColumnMapping {
  const mapping: ColumnMapping = { ...before };
  for (const entry of text.split(new RegExp(`,(?=\\s*(?:${columnRoles.join('|')}|classes)=)`))) {
    const [, role = '', header = ''] = /^\s*([a-z]+)=(.*)$/s.exec(entry) ?? [];
    if (role === 'classes') {
      const headers = header.split(',').map((one) => one.trim());
      mapping.classes = header.trim() === '' ? null : headers.filter((one) => one !== '');
      continue;
    }
    const known = columnRoles.find((one) => one === role);
    if (known === undefined)
      throw new InvalidArgumentError(`Use role=header, where role is one of ${columnRoles.join(', ')} or classes.`);
    mapping[known] = header.trim() === '' ? null : header.trim();
  }
  return mapping;
}

/** Definition of `--answer patients=files`, repeatable. */
export const answerOption = [
  '--answer <name=value>',
  'answer a question about the table, such as patients=files; repeatable',
  (text: string, before: TableAnswers = {}): TableAnswers => {
    const [, name = '', value = ''] = /^\s*([a-z-]+)=(.*?)\s*$/.exec(text) ?? [];
    const parsed = tableAnswersSchema.strict().safeParse({ ...before, [name]: value });
    if (parsed.success && name !== '') return parsed.data;
    const known = Object.entries(tableQuestions).map(([one, values]) => `${one}=${values.join('|')}`);
    throw new InvalidArgumentError(`Use one of ${known.join(', ')}.`);
  },
] as const;

/** The preview for scripts, without sample rows, which may contain identities and are for the window only. */
export function tableResult({ sample: _, ...preview }: TablePreview): Omit<TablePreview, 'sample'> {
  return preview;
}

export function describeTable(preview: TablePreview): string {
  const { mapping, classes, headers, values, changes, similarNames } = preview;
  return [
    facts([
      ['read as', `${preview.encoding}, ${delimiterName(preview.delimiter)}`],
      ['rows', `${preview.rows}, ${preview.rowsMatched} match a file`],
      ['files', `${preview.files}, ${preview.filesMatched} have a row`],
      ...(preview.matchedBy === null ? [] : [['matched by', preview.matchedBy] as const]),
      ...(preview.patients > 0 ? [['patients in the table', preview.patients] as const] : []),
      ...(preview.patientChanges === null ? [] : [['patients', patientChangesText(preview.patientChanges)] as const]),
    ]),
    '',
    table(
      ['column', 'header'],
      columnRoles.map((role) => [
        role,
        role === 'label' && classes.length > 0 ? `one per class: ${classes.join(', ')}` : (mapping[role] ?? '-'),
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
    ...(preview.blocked === null ? [] : ['', `Not ready: ${preview.blocked}`]),
    ...similarNames.map(
      (group) =>
        `\nOne class or several? ${spellingsText(group)}: --class-names merge makes them “${group.name}”, --class-names keep keeps them separate.`,
    ),
    ...preview.problems.map((problem) => `\nNote: ${problem}`),
    ...preview.questions.map(
      ({ name, text, answers }) =>
        `\nQuestion: ${text}\n${answers.map((one) => `  --answer ${name}=${one.value}  ${one.text}`).join('\n')}`,
    ),
  ].join('\n');
}

/** “73 before, 30 patients known, 5 images without after”. */
function patientChangesText({ before, after, unknown, split, merged }: PatientChanges): string {
  const previous = before === null ? 'unknown before' : `${before} before`;
  const regrouped =
    split + merged > 0 ? `; ${split} would be split up, ${formatQuantity(merged, 'group')} would be merged` : '';
  return `${previous}, ${patientsText({ patients: after, withoutPatient: unknown })} after${regrouped}`;
}

/** The columns that were read: "path from “File”, label from “Diagnosis”". */
export function describeColumns({ headers, classes }: UsedColumns): string {
  const columns = columnRoles.flatMap((role) =>
    headers[role] === undefined ? [] : [`${role} from “${headers[role]}”`],
  );
  const marked = classes.length === 0 ? [] : [`one class per column “${classes.join('”, “')}”`];
  return `Columns read: ${[...columns, ...marked].join(', ')}`;
}

export const classNamesOption = () =>
  new Option(
    '--class-names <what>',
    'similar class names (“Benign” and “benign”, 1 and 1.0): merge them, or keep them separate',
  )
    .choices(['ask', 'merge', 'keep'])
    .default('ask');

export function describeChanges(changes: TableChanges): string {
  return facts([
    ['new labels', changes.newLabels],
    ['changed labels', changes.changedLabels],
    ['same labels', changes.sameLabels],
    ['conflicts with manual labels', changes.conflicts],
    ['new readings', changes.readings],
    ['readers disagree', changes.disagreements],
    ['patients', changes.patients],
    ['studies', changes.studies],
    ['sites', changes.sites],
    ['sex or age', changes.subjects],
  ]);
}
