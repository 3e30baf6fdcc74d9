import type { Command } from 'commander';
import type { RunCommand } from '../command';
import { addAdjudicate } from './adjudicate';
import { addAgreement } from './agreement';
import { addApp } from './app';
import { addBackbone } from './backbone';
import { addBench } from './bench';
import { addCheckPipeline } from './check-pipeline';
import { addCompare } from './compare';
import { addConfounders } from './confounders';
import { addCreate } from './create';
import { addDataset } from './dataset';
import { addDeidentify } from './deidentify';
import { addDemo } from './demo';
import { addDistil } from './distil';
import { addEvaluate } from './evaluate';
import { addExperiments } from './experiments';
import { addExport } from './export';
import { addFindRate } from './find-rate';
import { addImport } from './import';
import { addInspect } from './inspect';
import { addLabels } from './labels';
import { addLeak } from './leak';
import { addPredict } from './predict';
import { addReview } from './review';
import { addRuns } from './runs';
import { addSelftest } from './selftest';
import { addSplit } from './split';
import { addThreshold } from './threshold';
import { addTrain } from './train';
import { addVersions } from './versions';

/** All commands in the order of `fovea help`: from a folder of files to a model. */
const all: readonly ((program: Command, run: RunCommand) => void)[] = [
  addApp,
  addDemo,
  addInspect,
  addCreate,
  addImport,
  addVersions,
  addLabels,
  addAgreement,
  addAdjudicate,
  addReview,
  addConfounders,
  addSplit,
  addDataset,
  addBackbone,
  addDistil,
  addCheckPipeline,
  addFindRate,
  addTrain,
  addRuns,
  addCompare,
  addExperiments,
  addLeak,
  addThreshold,
  addEvaluate,
  addPredict,
  addExport,
  addDeidentify,
  addSelftest,
  addBench,
];

export function addCommands(program: Command, run: RunCommand): void {
  for (const add of all) add(program, run);
}
