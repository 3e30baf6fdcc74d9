import { assertNever } from '#shared/ipc/errors';
import type { FrameChoice } from '#shared/models/dataset';

/** Chosen frames by index; never a list, because a file may declare two billion frames. */
export interface ChosenFrames {
  readonly count: number;
  /** Frame (from 0) at an index (from 0, below `count`). */
  at(index: number): number;
}

/** Chooses among `frames` frames. The middle of an even number is the later one. */
export function chooseFrames(choice: FrameChoice, frames: number): ChosenFrames {
  switch (choice.kind) {
    case 'first':
      return { count: 1, at: () => 0 };
    case 'middle':
      return { count: 1, at: () => Math.floor(frames / 2) };
    case 'all':
      return { count: frames, at: (index) => index };
    case 'every':
      return { count: Math.ceil(frames / choice.step), at: (index) => index * choice.step };
    default:
      return assertNever(choice);
  }
}
