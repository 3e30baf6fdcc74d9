import { metricTitle } from '#shared/experiments/metrics';
import { intensityInWords } from '#shared/imaging/intensity-text';
import { filterInWords, fitInWords } from '#shared/imaging/preparation-text';
import { leakStatement } from '#shared/models/known-leaks';
import { imagesText } from '#shared/models/patient-count';
import type { PrecisionComparison } from '#shared/models/precision';
import type { Evaluation, RunRecord } from '#shared/models/run';
import { signOffWarning } from '#shared/models/sign-off';
import { viewsText } from '#shared/models/test-time';
import { formatMetric } from '#shared/text/metric';
import { formatBytes, formatFixed, formatPercent } from '#shared/text/number';
import { formatRate } from '#shared/text/time';

/** Makes names of classes and projects safe in Markdown: escapes its syntax, and removes line breaks and HTML. */
const plain = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/[<>]/g, ' ')
    .replace(/[\\`*_{}[\]()#+!|]/g, '\\$&');

function precisionSection({ images, fp32, int8, maxProbabilityDifference, agreement, warnings }: PrecisionComparison) {
  const row = (name: string, of: (file: PrecisionComparison['fp32']) => string) =>
    `| ${name} | ${of(fp32)} | ${of(int8)} |`;
  return `## int8 against fp32

Both files run on the ${images} validation images, one at a time, on the machine that exported them.

| | fp32 | int8 |
|---|---|---|
${row('Size', ({ bytes }) => formatBytes(bytes))}
${row('Speed', ({ imagesPerSecond }) => formatRate(imagesPerSecond))}
${row(metricTitle('accuracy'), ({ accuracy }) => formatFixed(accuracy, 4))}

The same prediction on ${formatPercent(agreement)} of the images; probabilities differ by at most ${formatFixed(maxProbabilityDifference, 4)}.

${warnings.map((text) => `- **${plain(text)}**\n`).join('')}
`;
}

/** The model card (README.md with front matter for Hugging Face) of an exported model. */
export function modelCard(input: {
  readonly project: string;
  readonly name: string;
  readonly record: RunRecord;
  readonly evaluations: readonly Evaluation[];
  readonly usage: string;
  /** Null except for int8 models. */
  readonly comparison: PrecisionComparison | null;
}): string {
  const { record, evaluations, comparison } = input;
  const { config, pipeline, counts, signOff } = record;
  const results = evaluations.map(
    (
      one,
    ) => `### ${one.split === 'test' ? 'Test' : 'Validation'} set: ${imagesText(one.n, one)}${one.testTimeViews === 0 ? '' : `, ${viewsText(one.testTimeViews)}`}

| | value [95 % interval] |
|---|---|
| ${metricTitle('accuracy')} | ${formatMetric(one.accuracy)} |
| ${metricTitle('macroRecall')} | ${formatMetric(one.macroRecall)} |
| ${metricTitle('macroF1')} | ${formatMetric(one.macroF1)} |
| ${metricTitle('auc')} | ${one.auc === null ? 'a class has no cases' : formatMetric(one.auc)} |
| ${metricTitle('loss')} | ${formatFixed(one.loss.value, 4)} |

| class | cases | precision | recall | specificity | F1 |
|---|---|---|---|---|---|
${one.perClass.map((entry) => `| ${plain(entry.label)} | ${entry.support} | ${formatMetric(entry.precision)} | ${formatMetric(entry.recall)} | ${entry.specificity === null ? '–' : formatMetric(entry.specificity)} | ${formatMetric(entry.f1)} |`).join('\n')}

${[leakStatement(one.leaks), ...one.cautions]
  .filter((text) => text !== '')
  .map((text) => `- ${plain(text)}`)
  .join('\n')}
`,
  );
  return `---
pipeline_tag: image-classification
tags:
- vit
- medical-imaging
- research-use-only
---

# ${plain(input.name)}

**Research use only.** This model is not a medical device and is not cleared for diagnosis or treatment.

${
  signOff === null
    ? ''
    : `**${plain(signOffWarning(signOff))}**

`
}A Vision Transformer for ${record.classes.length} classes (${record.classes.map(plain).join(', ')}), trained with Fovea ${record.version} in the project “${plain(input.project)}”.

## Use

${input.usage}

Images must be prepared as described in \`pipeline.json\`: grey levels by ${intensityInWords(pipeline.intensity)} (8-bit photographs unchanged${pipeline.wideSamples === undefined ? '; 16-bit PNG divided by 257' : ''})${pipeline.crop === undefined ? '' : ', cropped to the tissue region of ultrasound files'}${pipeline.pixels === undefined ? '' : ', non-square pixels resampled to square ones'}; 8-bit raster, short side at most ${pipeline.canonicalShortSide} px; ${fitInWords(pipeline)} (${filterInWords(pipeline)}); times ${pipeline.rescaleFactor.toPrecision(6)}; mean ${pipeline.mean.join(', ')}; standard deviation ${pipeline.std.join(', ')}. \`preprocessor_config.json\` contains the steps after the raster: \`AutoImageProcessor.from_pretrained(folder, backend="pil")\` of transformers gives the same \`pixel_values\` for 8-bit images with a short side of at most ${pipeline.canonicalShortSide} px (larger ones are shrunk to that by bilinear interpolation first); its default backend, torchvision, differs by up to two grey levels. Class names by index are in \`labels.json\`.

${comparison === null ? '' : precisionSection(comparison)}## Training

Run \`${record.id}\`, ${record.createdAt}. ${counts.train} training, ${counts.validation} validation and ${counts.test} test images. Preset ${config.preset}, ${config.epochs} epochs, batch ${config.batchSize} × ${config.gradientAccumulation}, learning rate ${config.learningRate}, seed ${config.seed}${config.patchDropout === 0 || config.preset === 'quick' ? '' : `, ${formatPercent(config.patchDropout)} of the patches left out of each training step`}. Best epoch chosen by validation ${config.bestMetric}.

${record.notes.map((note) => `- ${plain(note)}`).join('\n')}

## Results

${comparison === null ? '' : 'Results of the trained model in fp32.\n\n'}${results.length === 0 ? 'Not evaluated.' : results.join('\n')}
## Limits

These results apply to images like those described above. Other scanners, sites, protocols or patients may give different results. Probabilities are not calibrated.
`;
}
