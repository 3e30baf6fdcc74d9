import { BATCH_INPUT } from '../backends/tensor-limit';

export const inputNames = { pixels: BATCH_INPUT, targets: 'targets' } as const;
export const gradientName = (parameter: string): string => `gradient.${parameter}`;
export const stateName = {
  parameters: (group: string): string => `parameters.${group}`,
  gradients: (group: string): string => `gradients.${group}`,
  firstMoments: (group: string): string => `first.${group}`,
  secondMoments: (group: string): string => `second.${group}`,
  averages: (group: string): string => `average.${group}`,
};

/** Scalars [] kept on the device between programs: the accumulated loss, and the factor that clips the gradients. */
export const scalarState = { loss: 'loss', factor: 'factor' } as const;
/** [2]: loss and global gradient norm of a step, the only values read back from it. */
export const summaryName = 'summary';
