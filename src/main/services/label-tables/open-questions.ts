import { FoveaError } from '#shared/ipc/errors';
import type { TableAnswers, TableQuestion } from '#shared/models/label-table';

/** Throws `question_open` if a question has no answer. */
export function requireAnswers(questions: readonly TableQuestion[], answers: TableAnswers): void {
  const open = questions.filter(({ name }) => answers[name] === undefined);
  if (open.length === 0) return;
  throw new FoveaError('question_open', open.map(({ text }) => text).join(' '), {
    hint: `Nothing was changed. Answer in the preview (on the command line: ${open
      .map(({ name, answers: given }) =>
        given.map(({ value, text }) => `--answer ${name}=${value} (${text.toLowerCase()})`).join(' or '),
      )
      .join('; and ')}).`,
  });
}
