import { Radio, Table, Text, VisuallyHidden } from '@mantine/core';
import type { ConfounderFinding, ConfounderScan, ConfounderSource } from '#shared/models/confounders';
import { formatFixed } from '#shared/text/number';
import { IntervalScale, IntervalStrip } from '../../../charts/interval-strip';
import { MetricCell } from '../../../charts/metric-cell';
import { SectionCard } from '../../../components/section-card';
import { TableMenu } from '../../../components/table-menu';
import { scanTable, sourceTitle, verdictNames } from './confounder-texts';

export interface ConfounderFindingsProps {
  readonly scan: ConfounderScan;
  readonly findings: readonly ConfounderFinding[];
  readonly source: ConfounderSource | null;
  readonly onSource: (source: ConfounderSource) => void;
}

/** AUC range: chance is 0.5, and lower values are noise. */
const SCALE = { from: 0.3, to: 1 };
const TICKS = [0.3, 0.5, 0.75, 1];

/** All sources with their AUCs on one scale, and an explanation of the selected one. */
export function ConfounderFindings({ scan, findings, source, onSource }: ConfounderFindingsProps) {
  const chosen = findings.find((finding) => finding.source === source);
  const chance = 1 / scan.classes.length;
  return (
    <SectionCard
      title="Single-factor predictors of the label"
      description={`AUC and balanced accuracy with 95 % intervals, on held-out images. Chance: 0.5 and ${formatFixed(chance, 2)}.`}
      flush
      actions={<TableMenu name="Confounders" table={() => scanTable(scan)} />}
    >
      <Table.ScrollContainer minWidth={840}>
        <Table aria-label="Confounders" className="tabular" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Source</Table.Th>
              <Table.Th w="26%" px={24}>
                <VisuallyHidden>AUC plot</VisuallyHidden>
                <IntervalScale ticks={TICKS} {...SCALE} />
              </Table.Th>
              <Table.Th ta="right">AUC</Table.Th>
              <Table.Th ta="right">Balanced accuracy</Table.Th>
              <Table.Th ta="right">
                <abbr title="Permutation p-value, Holm-adjusted: how often shuffled labels do as well">p</abbr>
              </Table.Th>
              <Table.Th>Verdict</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {findings.map((finding) => {
              const isPredictive = finding.verdict === 'strong' || finding.verdict === 'weak';
              return (
                <Table.Tr key={finding.source} onClick={() => onSource(finding.source)} style={{ cursor: 'pointer' }}>
                  <Table.Th scope="row" fw={400}>
                    <Radio
                      size="xs"
                      name="confounder"
                      label={sourceTitle(finding.source)}
                      checked={finding.source === source}
                      onChange={() => onSource(finding.source)}
                    />
                  </Table.Th>
                  <Table.Td px={24}>
                    {finding.auc !== null && (
                      <IntervalStrip metric={finding.auc} {...SCALE} reference={0.5} marked={isPredictive} />
                    )}
                  </Table.Td>
                  <MetricCell metric={finding.auc} />
                  <MetricCell metric={finding.balancedAccuracy} />
                  <Table.Td
                    ta="right"
                    title={`${formatFixed(finding.p)} for this source alone, from ${finding.permutations} permutations`}
                  >
                    {formatFixed(finding.adjustedP)}
                  </Table.Td>
                  <Table.Td style={{ whiteSpace: 'nowrap' }} {...(isPredictive ? { fw: 600 } : { c: 'dimmed' })}>
                    {verdictNames[finding.verdict]}
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {chosen !== undefined && !scan.summary.startsWith(chosen.sentence) && (
        <Text size="sm" p="md" aria-live="polite">
          {chosen.sentence}
        </Text>
      )}
    </SectionCard>
  );
}
