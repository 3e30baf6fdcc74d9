import { type Pipeline, type Preparation, resampleNames } from '#shared/models/pipeline';

/**
 * Returns a `preprocessor_config.json` with which transformers' AutoImageProcessor gives the pixels of this pipeline.
 * The class is the one whose own size and crop are of this kind, so that older versions of transformers agree.
 */
export function preprocessorConfig(pipeline: Pipeline): Record<string, unknown> {
  return {
    do_convert_rgb: true,
    do_normalize: true,
    do_rescale: true,
    do_resize: true,
    image_mean: pipeline.mean,
    image_std: pipeline.std,
    resample: resampleNames.indexOf(pipeline.resample),
    rescale_factor: pipeline.rescaleFactor,
    ...geometry(pipeline),
  };
}

function geometry({ height, width, fit }: Pick<Preparation, 'height' | 'width' | 'fit'>): Record<string, unknown> {
  if (fit === undefined) return { image_processor_type: 'ViTImageProcessor', size: { height, width } };
  const crop = { do_center_crop: true, crop_size: { height, width } };
  switch (fit.kind) {
    case 'squash':
      return { image_processor_type: 'DeiTImageProcessor', size: { height: fit.height, width: fit.width }, ...crop };
    case 'shortest-edge':
      return {
        image_processor_type: 'BitImageProcessor',
        size: {
          shortest_edge: fit.edge,
          ...(fit.longestEdge === undefined ? {} : { longest_edge: fit.longestEdge }),
        },
        ...crop,
      };
    case 'letterbox':
      // A crop larger than the image pads it with black.
      return { image_processor_type: 'BitImageProcessor', size: { max_height: height, max_width: width }, ...crop };
  }
}
