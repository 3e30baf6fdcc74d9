/** Recent throughput: images and seconds, where old additions fade with a half-life of about 20 additions. */
export interface Throughput {
  add(images: number, seconds: number): void;
  /** Null before the second addition: the first one includes compilation and warm-up. */
  imagesPerSecond(): number | null;
}

const RETAINED_SHARE = 0.965;

export function createThroughput(): Throughput {
  let images = 0;
  let seconds = 0;
  let additions = 0;
  return {
    add: (newImages, newSeconds) => {
      additions += 1;
      if (additions === 1) return;
      images = images * RETAINED_SHARE + newImages;
      seconds = seconds * RETAINED_SHARE + newSeconds;
    },
    imagesPerSecond: () => (seconds === 0 ? null : images / seconds),
  };
}
