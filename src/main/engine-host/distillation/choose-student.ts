import { FoveaError } from '#shared/ipc/errors';
import { REDUCED_STUDENT } from '#shared/models/distillation';
import { architectureByName } from '../../engine/vit/architectures';
import { initialiseParameters } from '../../engine/vit/initialise';
import { parameterGroups } from '../../engine/vit/parameters';
import { reduceModel, spreadBlocks } from '../../engine/vit/reduce';
import type { DistillationModel } from './distillation-spec';
import type { StageOutline } from './plan-stages';

/** Returns a student as it starts: an architecture with random weights, or the teacher with parts cut out. */
export function chooseStudent(name: string, teacher: DistillationModel, seed: number): DistillationModel {
  if (name === REDUCED_STUDENT) {
    const { layers, hiddenSize, intermediateSize } = teacher.config;
    const blocks = spreadBlocks(layers, Math.max(1, Math.round(layers / 2)));
    return reduceModel(teacher.config, teacher.parameters, {
      blocks,
      intermediateSize: Math.min(hiddenSize, intermediateSize),
    });
  }
  const config = architectureByName(name, []);
  if (config === null) {
    throw new FoveaError('student_unknown', `There is no student named "${name}".`, {
      hint: `Choose ${REDUCED_STUDENT} or one of the architectures of the list of backbones.`,
    });
  }
  const specs = parameterGroups(config)
    .filter((group) => group.name !== 'classifier')
    .flatMap((group) => group.parameters);
  return { config, parameters: initialiseParameters(specs, seed) };
}

const LARGEST_SIZE = 224;

const commonMultiple = (a: number, b: number): number => {
  let multiple = Math.max(a, b);
  while (multiple % a !== 0 || multiple % b !== 0) multiple += Math.max(a, b);
  return multiple;
};

/**
 * Returns the stages: most of the time at half the size, where a picture costs a quarter, the rest at the full size. Both
 * are whole numbers of patches of teacher and student, and the full size is at most 224 pixels where that is possible.
 */
export function outlineStages(teacher: DistillationModel, student: DistillationModel): readonly StageOutline[] {
  const step = commonMultiple(teacher.config.patchSize, student.config.patchSize);
  const most = Math.min(LARGEST_SIZE, Math.max(teacher.config.imageSize, student.config.imageSize));
  const full = step * Math.max(1, Math.floor(most / step));
  const half = step * Math.floor(full / 2 / step);
  const last = { imageSize: full, learningRate: 2e-4, shardPictures: 256, shards: 16 };
  if (half === 0) return [{ ...last, share: 1, learningRate: 3e-4 }];
  return [
    { imageSize: half, share: 0.7, learningRate: 3e-4, shardPictures: 1024, shards: 16 },
    { ...last, share: 0.3 },
  ];
}
