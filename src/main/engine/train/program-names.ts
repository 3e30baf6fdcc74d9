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

/** Scalars [] that stay on the device between programs: the loss so far, and the factor that clips the gradients. */
export const scalarState = { loss: 'loss', factor: 'factor' } as const;
/** [2]: loss and global gradient norm of a step. All that is read back from one. */
export const summaryName = 'summary';
