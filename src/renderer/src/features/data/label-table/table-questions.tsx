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
        {questions.map(({ name, text, answers: choices }) => (
          <Radio.Group
            key={name}
            {...(answers[name] === undefined ? { 'data-open-question': true } : {})}
            size="xs"
            label={text}
            value={answers[name] ?? null}
            onChange={(value) => onAnswers({ ...answers, [name]: value })}
          >
            <Stack gap={6} mt={6}>
              {choices.map((choice) => (
                <Radio key={choice.value} size="xs" value={choice.value} label={choice.text} />
              ))}
            </Stack>
          </Radio.Group>
        ))}
      </Stack>
    </Notice>
  );
}
