import { sourceNames } from '#shared/confounders/verdict';
import type {
  ConfounderFinding,
  ConfounderScan,
  ConfounderSource,
  ConfounderTable,
  ConfounderTag,
  ConfounderVerdict,
} from '#shared/models/confounders';
import { confounderTags } from '#shared/models/confounders';
import type { TableData } from '../../../components/table-text';
import { transferSyntaxName } from '../viewer/transfer-syntax';

export const verdictNames: Readonly<Record<ConfounderVerdict, string>> = {
  strong: 'Predicts the class',
  weak: 'Better than chance',
  unclear: 'Not ruled out',
  nothing: 'No better than chance',
  constant: 'Same for all',
  missing: 'Unknown',
};

export const sourceTitle = (source: ConfounderSource): string => {
  const name = sourceNames[source];
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
};

export const isTag = (source: ConfounderSource): source is ConfounderTag =>
  (confounderTags as readonly string[]).includes(source);

/** Display text of a tag's value. */
export function valueText(tag: ConfounderTag, value: string | null): string {
  if (value === null) return 'Missing';
  return tag === 'syntax' ? transferSyntaxName(value) : value;
}

/** Findings in descending order of AUC, without sources that have no values to predict from. */
export function measuredFindings(scan: ConfounderScan): ConfounderFinding[] {
  return scan.findings.filter(({ auc }) => auc !== null).sort((a, b) => (b.auc?.value ?? 0) - (a.auc?.value ?? 0));
}

/** The source selected at first: the single source with the highest AUC. */
export function firstSource(scan: ConfounderScan): ConfounderSource | null {
  const [first, second] = measuredFindings(scan);
  return (first?.source === 'tags' ? second : first)?.source ?? first?.source ?? null;
}

export function scanTable(scan: ConfounderScan): TableData {
  return {
    columns: [
      'Source',
      'AUC',
      'AUC 95 % low',
      'AUC 95 % high',
      'Balanced accuracy',
      'Balanced accuracy 95 % low',
      'Balanced accuracy 95 % high',
      'p',
      'p, Holm-adjusted',
      'Values',
      'Images without a value',
      'Verdict',
      'Explanation',
    ],
    rows: scan.findings.map(({ source, auc, balancedAccuracy, p, adjustedP, values, missing, verdict, sentence }) => [
      sourceTitle(source),
      auc?.value ?? null,
      auc?.low ?? null,
      auc?.high ?? null,
      balancedAccuracy?.value ?? null,
      balancedAccuracy?.low ?? null,
      balancedAccuracy?.high ?? null,
      p,
      adjustedP,
      values,
      missing,
      verdictNames[verdict],
      sentence,
    ]),
  };
}

export function countTable(tag: ConfounderTag, { classes, rows, more }: ConfounderTable): TableData {
  return {
    columns: [sourceTitle(tag), ...classes],
    rows: [
      ...rows.map(({ value, counts }) => [valueText(tag, value), ...counts]),
      ...(more === null ? [] : [[`${more.values} more values`, ...more.counts]]),
    ],
  };
}
