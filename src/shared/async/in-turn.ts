/**
 * Runs pieces of work one after another, in the order in which they were handed in, whatever each takes. Each caller
 * gets the answer or the error of its own piece; an error does not stop what comes after it.
 */
export function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const step = last.then(work);
    last = step.catch(() => {});
    return step;
  };
}
