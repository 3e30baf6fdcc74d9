import { type Command, InvalidArgumentError, Option } from 'commander';
import { strongImbalances } from '#shared/balance/balance-text';
import { type SplitSummary, splitNames } from '#shared/models/dataset';
import type { FoldPlan } from '#shared/models/experiment';
import { type HeldOut, originKinds } from '#shared/models/held-out';
import { patientsCell } from '#shared/models/patient-count';
import { personNameSchema, signOffReasonSchema, voidText } from '#shared/models/sign-off';
import { leftOutTexts } from '#shared/models/split-addition';
import { MAX_FOLDS, MIN_FOLDS } from '#shared/splitting/folds';
import { formatQuantity } from '#shared/text/number';
import type { RunCommand } from '../command';
import { type Outcome, UsageError } from '../outcome';
import type { Session } from '../session';
import { table } from '../table';
import { share, wholeNumber } from './numbers';

interface Options {
  readonly validation?: number;
  readonly test?: number;
  readonly seed?: number;
  readonly group?: 'patient' | 'none';
  readonly duplicates: boolean;
  readonly folds?: number;
  readonly holdOut?: HeldOut;
  readonly signOff?: string;
  readonly reason?: string;
  readonly withdraw?: boolean;
  readonly addNew?: boolean;
}

export function addSplit(program: Command, run: RunCommand): void {
  program
    .command('split')
    .description('split the images into train, validation and test, keeping patients and near duplicates together')
    .argument('<project>', 'the project folder')
    .option('--validation <share>', 'share of the images, 0.2 by default', share(0.9))
    .option('--test <share>', 'share of the images, 0.2 by default', share(0.9))
    .option('--seed <n>', 'seed of the shuffle, 42 by default', wholeNumber(0))
    .addOption(new Option('--group <how>', 'images to keep together').choices(['patient', 'none']))
    .option('--no-duplicates', 'do not keep near duplicates together')
    .option(
      '--folds <n>',
      `show the folds (${MIN_FOLDS} to ${MAX_FOLDS}) of the training and validation images that cross-validate would use`,
      wholeNumber(MIN_FOLDS, MAX_FOLDS),
    )
    .addOption(
      new Option(
        '--hold-out <by=value>',
        'hold out a site, scanner or station as the test split: site="Site 2", scanner="Maker Model"; repeat for more',
      ).argParser(heldOut),
    )
    .option(
      '--add-new',
      'add images outside the split to train and validation by their groups; the test set stays as it is',
    )
    .option('--sign-off <name>', 'sign off the current leaking split, so that training can start')
    .option('--reason <text>', 'reason for --sign-off; shown with every result on this split')
    .option('--withdraw', 'withdraw the sign-off of the current split')
    .action((folder: string, options: Options, command: Command) =>
      run(async (session) => {
        const { duplicates, folds, holdOut, signOff, reason, withdraw, addNew, ...shares } = options;
        refuseMixed(options, command);
        const project = await session.open(folder);
        if (addNew === true) return addNewImages(session, project);
        const summary =
          signOff !== undefined
            ? await session.request('dataset.signOff', { project, name: signOff, reason: reason ?? '' })
            : withdraw === true
              ? await session.request('dataset.withdrawSignOff', { project })
              : await session.request('dataset.split', {
                  project,
                  request: { ...shares, keepDuplicatesTogether: duplicates, heldOut: holdOut ?? null },
                });
        const { counts, ...split } = summary;
        const { balance } = await session.request('dataset.balance', { project });
        const rest = { ...split, balance };
        const text = [toText(summary), ...strongImbalances(balance).map((line) => `Note: ${line}`)].join('\n');
        if (folds === undefined) return { result: { splits: counts, ...rest }, text };
        const seed = shares.seed ?? summary.seed;
        const plan = await session.request('experiments.planFolds', { project, folds, seed });
        const named = plan.folds.map((fold, index) => [`fold ${index + 1}`, fold.counts] as const);
        return {
          result: {
            ...rest,
            parts: counts,
            splits: { ...Object.fromEntries(named), test: counts.test },
            ...plan,
            warnings: [...rest.warnings, ...plan.warnings],
          },
          text: `${text}\n\n${foldText(plan, seed)}`,
        };
      }),
    );
}

async function addNewImages(session: Session, project: string): Promise<Outcome> {
  const addition = await session.request('dataset.addToSplit', { project });
  const { train, validation } = addition;
  const text = [
    `Added ${formatQuantity(train + validation, 'image')}: ${train} to train, ${validation} to validation. The test set is unchanged.`,
    ...leftOutTexts(addition).map((line) => `Note: ${line}`),
  ];
  return { result: addition, text: text.join('\n') };
}

/** Collects `site=Name` options, which must all be of one kind. */
function heldOut(text: string, before?: HeldOut): HeldOut {
  const [, kind, value] = /^(\w+)=(.+)$/s.exec(text.trim()) ?? [];
  const by = originKinds.find((one) => one === kind);
  if (by === undefined || value === undefined) {
    throw new InvalidArgumentError(`Use ${originKinds.join('=…, ')}=….`);
  }
  if (before !== undefined && before.by !== by) throw new InvalidArgumentError('Hold out values of one kind only.');
  return { by, values: [...(before?.values ?? []), value.trim()] };
}

function refuseMixed({ signOff, reason, withdraw, folds, addNew }: Options, command: Command): void {
  if (signOff === undefined && reason !== undefined) {
    throw new UsageError('--reason needs --sign-off.', 'For example: --sign-off "A. Name" --reason "…"');
  }
  if (signOff === undefined && withdraw !== true && addNew !== true) return;
  if (addNew === true && (signOff !== undefined || withdraw === true)) {
    throw new UsageError('Use --add-new without --sign-off and --withdraw.');
  }
  if (signOff !== undefined && withdraw === true)
    throw new UsageError('Use either --sign-off or --withdraw, not both.');
  if (signOff !== undefined && (!personNameSchema.safeParse(signOff).success || !isReason(reason))) {
    throw new UsageError('A sign-off needs a name and a reason.', 'For example: --sign-off "A. Name" --reason "…"');
  }
  const splitOptions = ['validation', 'test', 'seed', 'group', 'duplicates', 'holdOut'];
  if (folds !== undefined || splitOptions.some((name) => command.getOptionValueSource(name) === 'cli')) {
    throw new UsageError('This changes the current split. Leave out the options that create a new one.');
  }
}

const isReason = (text: string | undefined): boolean => signOffReasonSchema.safeParse(text).success;

function toText(summary: SplitSummary): string {
  const {
    counts,
    patients,
    withoutPatient,
    patientsAcrossSplits,
    duplicatesAcrossSplits,
    warnings,
    group,
    seed,
    signOff,
  } = summary;
  const isVoid = signOff === null ? null : voidText(signOff);
  const known = splitNames.some((split) => patients[split] !== null);
  const labels = [...new Set(splitNames.flatMap((split) => Object.keys(counts[split])))].sort();
  return [
    table(
      ['split', ...labels, 'patients'],
      splitNames.map((split) => [
        split,
        ...labels.map((label) => counts[split][label] ?? 0),
        patientsCell({ patients: patients[split], withoutPatient: withoutPatient[split] }),
      ]),
    ),
    `${group === 'patient' && !known ? 'Split by image, as no patient is known' : `Grouped by ${group}`}; near duplicates ${summary.keepDuplicatesTogether ? '' : 'not '}kept together, seed ${seed}`,
    `In more than one split: patients ${known ? patientsAcrossSplits : 'unknown'}, groups of duplicates ${duplicatesAcrossSplits}`,
    ...(summary.heldOut === null
      ? []
      : [`Test: held out by ${summary.heldOut.by}: ${summary.heldOut.values.join(', ')}`]),
    ...(signOff === null
      ? []
      : [isVoid ?? `Signed off by ${signOff.name} on ${signOff.at.slice(0, 10)}: ${signOff.reason}`]),
    ...warnings.map((warning) => `Note: ${warning}`),
  ].join('\n');
}

function foldText({ folds, groupsAcrossFolds, problems, warnings }: FoldPlan, seed: number): string {
  const labels = Object.keys(folds[0]?.counts ?? {});
  return [
    table(
      ['fold', ...labels, 'patients'],
      folds.map(({ counts, patients, withoutPatient }, index) => [
        index + 1,
        ...labels.map((label) => counts[label] ?? 0),
        patientsCell({ patients, withoutPatient }),
      ]),
    ),
    `Training and validation images; seed ${seed}; groups in more than one fold: ${groupsAcrossFolds}`,
    ...[...problems, ...warnings].map((note) => `Note: ${note}`),
  ].join('\n');
}
