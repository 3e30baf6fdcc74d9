import type { BackboneSummary } from '../models/backbone';

type Known = Pick<BackboneSummary, 'name' | 'gated' | 'page'>;

/** The files of a checkpoint that Fovea needs. */
export const checkpointFiles = ['config.json', 'preprocessor_config.json', 'model.safetensors'] as const;

/** How to bring a checkpoint of the catalogue to a computer without internet, one step an item. */
export function stepsByHand({ name, gated, page }: Known): string[] {
  return [
    `On a computer with internet, open ${page ?? `https://huggingface.co/${name}`}.`,
    ...(gated ? ['Log in there, read the terms and accept them: the files appear only then.'] : []),
    `Save ${checkpointFiles.join(', ')} to one folder, with LICENSE and README.md if there are any.`,
    'Copy the folder to this computer, for example on a USB drive.',
    `In Fovea, open Weights and drop the folder there (on the command line: fovea backbone import FOLDER --name ${name}).`,
  ];
}

export const byHand = (checkpoint: Known): string => stepsByHand(checkpoint).join(' ');
