import { z } from 'zod';
import { errorInfoSchema, FoveaError } from '#shared/ipc/errors';

const answerSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: errorInfoSchema }),
]);

/** Unwraps the envelope: returns the value, or throws the error as a `FoveaError`. */
export function openAnswer(envelope: unknown): unknown {
  const answer = answerSchema.safeParse(envelope);
  if (!answer.success) {
    throw new FoveaError('bad_answer', 'Unexpected response from Fovea.', {
      hint: 'Reload the window. If Fovea was just updated, restart it.',
    });
  }
  if (answer.data.ok) return answer.data.value;
  throw FoveaError.from(answer.data.error);
}
