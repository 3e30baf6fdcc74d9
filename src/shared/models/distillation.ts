/** Name of the student that is its teacher with half of the blocks and fewer units. */
export const REDUCED_STUDENT = 'reduced';

/** Images that a distillation needs at least. */
export const LEAST_DISTILLATION_IMAGES = 32;
