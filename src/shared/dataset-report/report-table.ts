import { factorNames } from '../balance/balance-text';
import { splitNames } from '../models/dataset';
import type { DatasetReport, ValueCount } from '../models/dataset-report';
import { RESEARCH_USE } from '../research-use';
import type { Cell, TableData } from '../tables/csv';

/** The numbers of a dataset report in one long table: section, item, what it refers to, value. */
export function datasetReportTable(report: DatasetReport): TableData {
  const { classes, balance, sizes, split, duplicates, imports } = report;
  const counted = (section: string, values: readonly ValueCount[]): Cell[][] =>
    values.map(({ value, images }) => [section, value, 'images', images]);
  return {
    columns: ['Section', 'Item', 'Of', 'Value'],
    rows: [
      ['Dataset', report.project, 'images', report.images],
      ['Dataset', report.project, 'images without a label', report.unlabelled],
      ['Dataset', report.project, 'patients', report.patients ?? 'unknown'],
      ['Dataset', report.project, 'images without a patient', report.withoutPatient],
      ['Dataset', report.project, 'studies', report.studies],
      ...classes.flatMap((one): Cell[][] => [
        ['Class', one.label, 'images', one.images],
        ['Class', one.label, 'patients', one.patients ?? 'unknown'],
        ['Class', one.label, 'images without a patient', one.withoutPatient],
        ...splitNames.map((name): Cell[] => ['Class', one.label, name, one.splits[name]]),
        ['Class', one.label, 'no split', one.outside],
      ]),
      ...report.imagesPerPatient.map(({ value, patients }): Cell[] => [
        'Images per patient',
        value,
        'patients',
        patients,
      ]),
      ...balance.factors.flatMap(({ factor, levels, unknown, bySplit, byClass }) => [
        ...[...levels, unknown].flatMap((level) => [
          ...splitNames.map((name): Cell[] => [factorNames[factor], level.level, name, level.splits[name]]),
          ...balance.classes.map((label): Cell[] => [
            factorNames[factor],
            level.level,
            label,
            level.classes[label] ?? 0,
          ]),
        ]),
        [factorNames[factor], 'Cramér’s V', 'splits', bySplit?.v ?? null],
        [factorNames[factor], 'Cramér’s V', 'classes', byClass?.v ?? null],
      ]),
      ...sizes.bands.flatMap((height, row) =>
        sizes.bands.map((width, column): Cell[] => [
          'Size, pixels',
          `width ${width}, height ${height}`,
          'images',
          sizes.counts[row]?.[column] ?? 0,
        ]),
      ),
      ...counted('Modality', report.modalities),
      ...counted('File', report.kinds),
      ...counted('Bits stored', report.bits),
      ...counted('Colour', report.colours),
      ...counted('Year', report.years),
      ...counted('Flag', report.flags),
      ['Duplicates', 'groups', 'groups', duplicates.groups],
      ['Duplicates', 'images in groups', 'images', duplicates.images],
      ['Duplicates', 'different labels', 'groups', duplicates.conflicts],
      ['Duplicates', 'in more than one split', 'groups', duplicates.leaks],
      ...(split === null
        ? []
        : ([
            ['Split', 'seed', null, split.seed],
            ['Split', 'grouped by', null, split.group],
            ['Split', 'near duplicates kept together', null, split.keepDuplicatesTogether ? 'yes' : 'no'],
            ['Split', 'held out', split.heldOut?.by ?? null, split.heldOut?.values.join('; ') ?? null],
            ['Split', 'in more than one split', 'groups', split.groupsAcrossSplits],
            ['Split', 'largest deviation', 'images', split.deviation],
            ['Split', 'signed off by', null, split.signOff?.name ?? null],
          ] satisfies Cell[][])),
      ...imports.flatMap(({ at, added, skipped }): Cell[][] => [
        ['Import', at, 'added', added],
        ...skipped.map(({ code, files }): Cell[] => ['Import', at, `skipped: ${code}`, files]),
      ]),
      ...report.warnings.map((warning): Cell[] => ['Warning', warning, null, null]),
      ['Use', RESEARCH_USE, null, null],
    ],
  };
}
