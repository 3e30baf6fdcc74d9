import { Anchor } from '@mantine/core';

/** In a dialog's footer: says that a question above is open, and leads to the first of them. */
export function QuestionLink() {
  return (
    <Anchor
      component="button"
      type="button"
      size="xs"
      onClick={(event) => {
        const question = event.currentTarget.closest('[role=dialog]')?.querySelector('[data-open-question]');
        question?.scrollIntoView({ block: 'center' });
        question?.querySelector('input')?.focus();
      }}
    >
      Answer the question above to continue
    </Anchor>
  );
}
