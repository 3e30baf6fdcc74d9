import { currentReading } from '#shared/imaging/pipeline';
import { assertNever } from '#shared/ipc/errors';
import type { FrameChoice } from '#shared/models/dataset';
import { CANONICAL_SHORT_SIDE } from '#shared/models/pipeline';
import type { DecodePool } from '../../decode-host/client';
import type { StoredFrames } from '../../decode-host/protocol';
import { chooseFrames } from '../../ingest/choose-frames';
import type { Appended, PackEnd } from '../../packs/append';
import { knownFrames } from '../../store/imports';
import { areCached } from '../cache/find-pictures';
import type { OpenProject } from '../project/projects';

/** The chosen frames of a file if all of them are stored and cached; empty if one is missing. */
export function framesKnown(project: OpenProject, hash: string, choice: FrameChoice): number[] {
  const known = knownFrames(project.store, hash);
  if (known === null) return [];
  const { count, at } = chooseFrames(choice, known.frames);
  const frames = Array.from({ length: Math.min(count, known.present.size + 1) }, (_, place) => at(place));
  const images = frames.flatMap((frame) => {
    const image = known.present.get(frame);
    return image === undefined ? [] : [{ image, hash, frame }];
  });
  return images.length === frames.length && areCached(project, images) ? frames : [];
}

/** Decodes some of the chosen frames of a file, starting at the `from`-th, into a pack. Throws if the file cannot be read. */
export function decodeFrames(
  pool: DecodePool,
  path: string,
  choice: FrameChoice,
  from: number,
  into: PackEnd,
): Promise<Appended<StoredFrames>> {
  return pool.ingestFrames({
    path,
    intensity: { kind: 'auto' },
    shortSide: CANONICAL_SHORT_SIDE,
    choice,
    from,
    into,
    ...currentReading,
  });
}

/** End of a sentence that states how multi-frame files were imported. */
export function framesText(choice: FrameChoice): string {
  switch (choice.kind) {
    case 'first':
      return 'the first frame is used.';
    case 'middle':
      return 'the middle frame is used.';
    case 'all':
      return 'every frame is an image, and the frames of a file stay in the same split.';
    case 'every':
      return `frames 1, ${1 + choice.step}, ${1 + 2 * choice.step} and so on are images, and those of a file stay in the same split.`;
    default:
      return assertNever(choice);
  }
}
