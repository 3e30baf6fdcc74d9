import { assertNever } from '#shared/ipc/errors';
import type { FrameChoice } from '#shared/models/dataset';

/** Frames by their place among the chosen: never a list, because a file may say that it has two billion. */
export interface ChosenFrames {
  readonly count: number;
  /** Frame (from 0) at a place (from 0, below `count`). */
  at(place: number): number;
}

/** The frames of a file with `frames` of them. The middle of an even number is the later one. */
export function chooseFrames(choice: FrameChoice, frames: number): ChosenFrames {
  switch (choice.kind) {
    case 'first':
      return { count: 1, at: () => 0 };
    case 'middle':
      return { count: 1, at: () => Math.floor(frames / 2) };
    case 'all':
      return { count: frames, at: (place) => place };
    case 'every':
      return { count: Math.ceil(frames / choice.step), at: (place) => place * choice.step };
    default:
      return assertNever(choice);
  }
}
