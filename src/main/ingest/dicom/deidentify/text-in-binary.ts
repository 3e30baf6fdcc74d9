/** Letters, digits and the separators of names, dates and patient numbers. */
const TEXT = /[A-Za-z0-9 ^=,.\-_:/]{8,}/g;
/** "ABCDEFGH" is a ramp, and "UUUUUUUU" a fraction: words have several letters, and their codes go up and down. */
const MIN_LETTERS = 4;
const MIN_TURNS = 2;

/** Number of changes between rising and falling. */
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
  if (new Set(run.match(/[A-Za-z]/g)).size < MIN_LETTERS) return false;
  const codes = [...run].map((letter) => letter.charCodeAt(0));
  const [even, odd] = [0, 1].map((first) => codes.filter((_, index) => index % 2 === first)) as [number[], number[]];
  // In a smooth 16-bit table the high bytes and the low bytes each rise.
  return turnsOf(codes) >= MIN_TURNS && turnsOf(even) + turnsOf(odd) >= MIN_TURNS;
}

/**
 * Whether binary numbers contain a text of eight letters or more, contiguous or in every second byte, which neither
 * measurements nor smooth tables do.
 */
export function holdsWords(bytes: Uint8Array): boolean {
  return [bytes, everySecond(bytes, 0), everySecond(bytes, 1)].some((one) =>
    (Buffer.from(one).toString('latin1').match(TEXT) ?? []).some(isWord),
  );
}
