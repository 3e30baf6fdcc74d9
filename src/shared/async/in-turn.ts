/**
 * Runs tasks one after another, in the order of the calls, whatever each takes. Each caller gets the result or the
 * error of its own task; an error does not stop later tasks.
 */
export function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const step = last.then(work);
    last = step.catch(() => {});
    return step;
  };
}
