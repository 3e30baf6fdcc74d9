/**
 * Pixels and reports are not sent as IPC payloads but fetched as resources by opaque id from one origin. The same paths
 * work on the desktop (`fovea://app/…`) and in web mode (`http://127.0.0.1:port/…`).
 */
export const resourcePaths = {
  /** JPEG or PNG, 192 px on the long side. */
  thumbnail: (project: string, image: number) => `/resource/thumbnail/${project}/${image}`,
  /** PNG of the canonical raster: the model's input, before its resize. */
  raster: (project: string, image: number) => `/resource/raster/${project}/${image}`,
  /** PNG of a frame at full size, with the given window in modality units (or the file's own). */
  display: (
    project: string,
    image: number,
    options: { frame?: number; center?: number; width?: number; invert?: boolean } = {},
  ) => {
    const query = Object.entries(options)
      .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`)
      .join('&');
    return `/resource/display/${project}/${image}${query === '' ? '' : `?${query}`}`;
  },
  /**
   * PNG of a training view of an image, or of its evaluation view if `augmentation` is off. Both are JSON. Without a
   * `pipeline`: the whole image at 224 px.
   */
  augmented: (project: string, image: number, seed: number, augmentation: string, pipeline?: string) =>
    `/resource/augmented/${project}/${image}?seed=${seed}&config=${encodeURIComponent(augmentation)}${pipeline === undefined ? '' : `&pipeline=${encodeURIComponent(pipeline)}`}`,
  /** PNG of a predicted file's canonical raster. */
  predictionImage: (prediction: string) => `/resource/prediction/${prediction}/image`,
  /**
   * Float32, little endian: CLS-to-patch attention [layers, heads, gridHeight, gridWidth], then rollout [gridHeight,
   * gridWidth]. Row sums are at most 1; the window scales each map for display.
   */
  predictionAttention: (prediction: string) => `/resource/prediction/${prediction}/attention`,
  report: (id: string) => `/resource/report/${id}`,
} as const;
