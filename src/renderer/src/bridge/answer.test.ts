import { expect, it } from 'vitest';
import { FoveaError } from '#shared/ipc/errors';
import { openAnswer } from './answer';

const thrownBy = (envelope: unknown): unknown => {
  try {
    openAnswer(envelope);
  } catch (error) {
    return error;
  }
  return undefined;
};

it('unwraps the value of an envelope', () => {
  expect(openAnswer({ ok: true, value: { ids: [1] } })).toEqual({ ids: [1] });
  expect(openAnswer({ ok: true, value: null })).toBeNull();
});

it('throws the error with its code and hint', () => {
  const error = thrownBy({ ok: false, error: { code: 'no_split', message: 'There is no split.', hint: 'Make one.' } });
  expect(error).toBeInstanceOf(FoveaError);
  expect(error).toMatchObject({ code: 'no_split', message: 'There is no split.', hint: 'Make one.' });
  expect(thrownBy({ ok: false, error: { code: 'x', message: 'y', hint: null } })).toMatchObject({ hint: null });
});

it.each([[undefined], ['<html>'], [{ ok: false }], [{ value: 1 }]])(
  'treats %j as a reply from another version of Fovea',
  (given) => {
    expect(thrownBy(given)).toMatchObject({ code: 'bad_answer' });
  },
);
