const frames = (count: number) => (count === 1 ? '1 frame' : `${count} frames`);

/** Note for pixel data whose frame count differs from the header's (`declared`; null: not declared). */
export function frameCountNote(declared: number | null, held: number): string {
  if (declared === null)
    return `Number of Frames has no value; the pixel data contains ${frames(held)}, and all are read.`;
  const contradiction = `Number of Frames is ${declared}, but the pixel data contains ${frames(held)}`;
  if (held < declared) return `${contradiction}; the frames present are read.`;
  return `${contradiction}; only the first ${declared === 1 ? 'one is' : `${declared} are`} read.`;
}
