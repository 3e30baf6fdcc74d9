import { Radio, Stack } from '@mantine/core';
import type { TableAnswers, TableQuestion } from '#shared/models/label-table';
import { Notice } from '../../../components/notice';

export interface TableQuestionsProps {
  readonly questions: readonly TableQuestion[];
  readonly answers: TableAnswers;
  readonly onAnswers: (answers: TableAnswers) => void;
}

/** Whether every question has an answer. */
export const isAnswered = (questions: readonly TableQuestion[], answers: TableAnswers): boolean =>
  questions.every(({ name }) => answers[name] !== undefined);

/** Questions that must be answered before anything is written; none has a default. */
export function TableQuestions({ questions, answers, onAnswers }: TableQuestionsProps) {
  if (questions.length === 0) return null;
  return (
    <Notice tone="warning" title={questions.length === 1 ? 'One question' : 'Questions'}>
      <Stack gap="xs" mt={4}>
        {questions.map(({ name, text, answers: given }) => (
          <Radio.Group
            key={name}
            size="xs"
            label={text}
            value={answers[name] ?? null}
            onChange={(value) => onAnswers({ ...answers, [name]: value })}
          >
            <Stack gap={6} mt={6}>
              {given.map((one) => (
                <Radio key={one.value} size="xs" value={one.value} label={one.text} />
              ))}
            </Stack>
          </Radio.Group>
        ))}
      </Stack>
    </Notice>
  );
}
