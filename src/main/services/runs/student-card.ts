import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackboneSummary } from '#shared/models/backbone';
import { REDUCED_STUDENT } from '#shared/models/distillation';
import { formatCount, formatFixed } from '#shared/text/number';
import type { DistilResult } from '../../engine-host/core/protocol';

export interface StudentOrigin {
  readonly teacher: string;
  /** What is known of the teacher; undefined for a folder outside the store. */
  readonly known: BackboneSummary | undefined;
  readonly student: string;
  /** Name of the project. */
  readonly project: string;
}

const MODEL_CARD = 'MODEL-CARD.md';

/** Writes the model card of a student, and the teacher's licence files beside it: they apply to the student too. */
export async function addStudentDocuments(
  teacherFolder: string,
  origin: StudentOrigin,
  result: DistilResult,
): Promise<void> {
  await writeFile(join(result.folder, MODEL_CARD), studentCard(origin, result));
  const licences = (origin.known?.documents ?? []).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  for (const file of licences) await copyFile(join(teacherFolder, file), join(result.folder, file));
}

/** Returns the model card: origin, data and licence, in the form of the cards on the Hugging Face hub. */
export function studentCard({ teacher, known, student, project }: StudentOrigin, result: DistilResult): string {
  const { trainImages, steps, errors } = result;
  const licence = known?.licence ?? null;
  const kind = student === REDUCED_STUDENT ? 'a reduced copy of the teacher' : student;
  const percent = (error: number) => `${formatFixed(100 * error, 0)} %`;
  return [
    ...(licence === null ? [] : ['---', `license: ${licence}`, '---', '']),
    `Distilled by Fovea from ${teacher} on ${formatCount(trainImages)} images of the project "${project}".`,
    '',
    `- Student: ${kind}, which learned the teacher's features of CLS and patches in ${formatCount(steps)} steps.`,
    '- Data: images of the train split and images without a label, none related to validation or test. Labels were not used.',
    ...(errors === null
      ? []
      : [
          `- Share of the variance of the teacher's features that it does not reproduce on other images: CLS ${percent(errors.cls)}, patches ${percent(errors.patches)}, mean of the patches ${percent(errors.mean)}.`,
        ]),
    licence === null
      ? `- Licence: that of ${teacher}, which is not known here.`
      : `- Licence: that of ${teacher}, ${licence}.`,
    '',
  ].join('\n');
}
