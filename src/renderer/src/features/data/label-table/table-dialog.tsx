import { Button, Group, Radio, Stack, Text } from '@mantine/core';
import type { LabelConflict } from '#shared/models/label-table';
import { formatQuantity } from '#shared/text/number';
import { Dialog } from '../../../components/dialog';
import { DialogFooter } from '../../../components/dialog-footer';
import { Notice } from '../../../components/notice';
import { QuestionLink } from './question-link';
import { SimilarNamesQuestion } from './similar-names-question';
import { TableFacts, TableMapper, useTablePreview } from './table-mapper';
import { isAnswered } from './table-questions';
import { changeLines, changesAnything } from './table-roles';
import type { TableFlow } from './use-table-flow';

/** Applies a label table to the project's images: columns, preview of the changes, confirmation. */
export function TableDialog({ project, flow }: { readonly project: string; readonly flow: TableFlow }) {
  return (
    <Dialog opened={flow.table !== null} onClose={flow.close} title="Apply label table" size={860}>
      {flow.table !== null && <Body project={project} flow={flow} table={flow.table} />}
    </Dialog>
  );
}

function Body(props: {
  readonly project: string;
  readonly flow: TableFlow;
  readonly table: { readonly grant: string; readonly name: string };
}) {
  const { project, flow, table } = props;
  const { mapping, answers, classNames } = flow;
  const input = { project, plan: null, table: table.grant, mapping, answers, classNames };
  const preview = useTablePreview(input);
  const changes = preview.isPlaceholderData ? null : (preview.data?.changes ?? null);
  const lines = changes === null ? [] : changeLines(changes);
  const similar = preview.data?.similarNames ?? [];
  const questions = preview.data?.questions ?? [];
  // The counts exclude changes that depend on an open question.
  const hasQuestions = questions.length > 0 || similar.length > 0;
  const isUnanswered = (similar.length > 0 && classNames === 'ask') || !isAnswered(questions, answers);
  const hasChanges = changes !== null && changesAnything(changes, flow.conflicts);
  return (
    <Stack gap="sm">
      <Group gap={8}>
        <Text fw={600}>{table.name}</Text>
        <TableFacts {...input} />
      </Group>
      <TableMapper {...input} onMapping={flow.setMapping} onAnswers={flow.setAnswers} />
      <SimilarNamesQuestion groups={similar} value={flow.classNames} onChange={flow.setClassNames} />
      {changes !== null && (
        <section aria-label="Changes">
          {lines.length > 0 ? (
            <Notice tone="info" title="Changes" lines={lines} />
          ) : (
            <Text size="sm">The table contains no changes for these images.</Text>
          )}
        </section>
      )}
      {changes !== null && changes.conflicts > 0 && (
        <Radio.Group
          label={`The table conflicts with manual labels on ${formatQuantity(changes.conflicts, 'image')}`}
          value={flow.conflicts}
          onChange={(value) => flow.setConflicts(value as LabelConflict)}
        >
          <Group gap="lg" mt={6}>
            <Radio value="mine" label="Keep manual labels" />
            <Radio value="table" label="Use the table’s labels" />
          </Group>
        </Radio.Group>
      )}
      <DialogFooter
        note={
          isUnanswered ? (
            <QuestionLink />
          ) : (
            changes !== null &&
            changes.conflicts > 0 && (
              <Text size="xs" c="dimmed">
                {formatQuantity(changes.conflicts, 'manual label')}{' '}
                {flow.conflicts === 'mine' ? 'kept' : 'replaced by the table'}
              </Text>
            )
          )
        }
      >
        <Button variant="default" onClick={flow.close}>
          Cancel
        </Button>
        <Button data-autofocus disabled={!hasChanges || isUnanswered} loading={flow.busy} onClick={flow.apply}>
          {changes !== null && !hasChanges && !hasQuestions ? 'Nothing to apply' : 'Apply table'}
        </Button>
      </DialogFooter>
    </Stack>
  );
}
