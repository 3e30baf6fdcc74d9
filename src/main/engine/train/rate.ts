/** Recent throughput: images and seconds, old ones fading with a half-life of about 20 additions. */
export interface Rate {
  add(images: number, seconds: number): void;
  /** Null before the second addition: the first one holds compilation and warm-up. */
  imagesPerSecond(): number | null;
}

const KEEP = 0.965;

export function createRate(): Rate {
  let images = 0;
  let seconds = 0;
  let additions = 0;
  return {
    add: (newImages, newSeconds) => {
      additions += 1;
      if (additions === 1) return;
      images = images * KEEP + newImages;
      seconds = seconds * KEEP + newSeconds;
    },
    imagesPerSecond: () => (seconds === 0 ? null : images / seconds),
  };
}
