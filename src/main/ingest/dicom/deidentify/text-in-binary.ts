/** Letters, digits and what stands between them in names, dates and numbers of patients. */
const TEXT = /[A-Za-z0-9 ^=,.\-_:/]{8,}/g;
/** "ABCDEFGH" is a ramp, and "UUUUUUUU" a fraction: words have several letters, which go up and down. */
const LEAST_LETTERS = 4;
const LEAST_TURNS = 2;

/** How often the values go from rising to falling or back. */
function turnsOf(values: readonly number[]): number {
  let [turns, direction] = [0, 0];
  for (let index = 1; index < values.length; index++) {
    const step = Math.sign((values[index] as number) - (values[index - 1] as number));
    if (step === 0) continue;
    if (step === -direction) turns += 1;
    direction = step;
  }
  return turns;
}

const everySecond = (bytes: Uint8Array, first: 0 | 1): Uint8Array => bytes.filter((_, index) => index % 2 === first);

function isWord(run: string): boolean {
  if (new Set(run.match(/[A-Za-z]/g)).size < LEAST_LETTERS) return false;
  const codes = [...run].map((letter) => letter.charCodeAt(0));
  const [even, odd] = [0, 1].map((first) => codes.filter((_, index) => index % 2 === first)) as [number[], number[]];
  // In a smooth table of 16 bits the high bytes and the low bytes rise, each for themselves.
  return turnsOf(codes) >= LEAST_TURNS && turnsOf(even) + turnsOf(odd) >= LEAST_TURNS;
}

/**
 * Whether binary numbers hold a text of eight letters or more, one behind another or in every second byte, as no
 * measures and no smooth table do.
 */
export function holdsWords(bytes: Uint8Array): boolean {
  return [bytes, everySecond(bytes, 0), everySecond(bytes, 1)].some((one) =>
    (Buffer.from(one).toString('latin1').match(TEXT) ?? []).some(isWord),
  );
}
