import { totalmem } from 'node:os';
import type { BackboneSummary } from '#shared/models/backbone';
import { type RunCard, type RunCards, type RunOffer, searchMinutes } from '#shared/models/run-card';
import type { RunConfigInput } from '#shared/models/run-config';
import { formatShortDuration } from '#shared/text/time';
import { fitsMachine } from '#shared/training/memory';
import { presetTitles } from '#shared/training/preset-titles';
import { storedRuns } from '../../store/runs';
import type { OpenProject } from '../project/projects';
import { collectSamples } from '../run-records/run-samples';
import {
  type BackboneResolver,
  defaultSplitSamples,
  type PreparedRun,
  type PreviewServices,
  prepareRun,
  previewRun,
  withPace,
} from './run-preview';

export interface RunCardServices extends PreviewServices {
  readonly backbones: BackboneResolver & { list(): Promise<readonly BackboneSummary[]> };
  /** The backbone that a person chose last, in any project; null if none. */
  readonly lastBackbone: () => Promise<string | null>;
}

/** The longest expected duration of a run on the *fast* and the *better* card, in seconds. */
const LONGEST = { fast: 15 * 60, better: 60 * 60 } as const;

/** From scratch, the architecture that fits the sizes of most datasets without pretrained weights. */
const FROM_SCRATCH = 'vit-micro';

/** Of the search on the *best* card, until a person chooses another time. */
const DEFAULT_MINUTES = searchMinutes[1];

type Recipe = Omit<RunConfigInput, 'backbone'>;

const FAST: Recipe = { preset: 'quick', headSolver: 'logistic' };

/** From the best to the cheapest; the first that stays within the time and the memory is offered. */
const BETTER: Readonly<Record<'graphics' | 'cpu', readonly Recipe[]>> = {
  graphics: [
    { preset: 'careful', epochs: 30 },
    { preset: 'lora', epochs: 30 },
    { preset: 'lora', epochs: 10 },
  ],
  cpu: [
    { preset: 'last-blocks', epochs: 20 },
    { preset: 'last-blocks', epochs: 10 },
  ],
};
const BETTER_FROM_SCRATCH: readonly Recipe[] = [
  { preset: 'full', epochs: 40 },
  { preset: 'full', epochs: 20 },
];

export interface RunCardsService {
  /** Ready-made runs, chosen by their expected cost for this project's images on this computer. */
  propose(project: OpenProject): Promise<RunCards>;
}

export const createRunCards = (services: RunCardServices): RunCardsService => ({
  propose: (project) => proposeRuns(services, project),
});

async function proposeRuns(services: RunCardServices, project: OpenProject): Promise<RunCards> {
  const installed = (await services.backbones.list()).filter(({ installed }) => installed);
  const candidates = pretrainedCandidates(installed, await preferences(services, project));
  const classes = services.dataset.classes(project);
  const samples = defaultSplitSamples(project, classes) ?? collectSamples(project, classes);
  const attempt = async (backbone: string, recipe: Recipe) =>
    withPace(project, await prepareRun(services, project, { ...recipe, backbone }, samples));

  const fast = await fastCard(candidates, (backbone) => attempt(backbone, FAST));
  const backbone = fast.offered?.config.backbone ?? candidates.at(-1)?.name ?? null;
  const better = await betterCard(backbone, attempt, fast.offered?.preview.device ?? null);
  const best = await bestCard(candidates, fast, attempt);
  const shown = fast.offered ?? better.offered;
  // Attempts are not checked against the stored split.
  const { preview } = await previewRun(services, project, shown?.config ?? { backbone: FROM_SCRATCH }, {
    splitFirst: true,
  });
  return {
    cards: [fast.card, better.card, best.card],
    plannedSplit: preview.plannedSplit,
    leak: preview.leak,
    problems: preview.problems,
    warnings: preview.warnings,
    places: preview.places,
  };
}

interface ProposedCard {
  readonly card: RunCard;
  /** The offered run; null if the card offers none. */
  readonly offered: PreparedRun | null;
}

/** Names of backbones to prefer, the first most: the last one chosen, then those of this project's runs. */
async function preferences(services: RunCardServices, project: OpenProject): Promise<readonly string[]> {
  const last = await services.lastBackbone();
  return [...(last === null ? [] : [last]), ...storedRuns(project.store).map(({ backbone }) => backbone)];
}

/** Preferred backbones first, then by size: a larger pretrained model usually has better features. */
function pretrainedCandidates(
  installed: readonly BackboneSummary[],
  preferred: readonly string[],
): readonly BackboneSummary[] {
  const rank = ({ name }: BackboneSummary) => {
    const place = preferred.indexOf(name);
    return place < 0 ? preferred.length : place;
  };
  return installed
    .filter(({ pretrained }) => pretrained)
    .sort((a, b) => rank(a) - rank(b) || b.parameters - a.parameters || a.name.localeCompare(b.name));
}

async function fastCard(
  candidates: readonly BackboneSummary[],
  attempt: (backbone: string) => Promise<PreparedRun>,
): Promise<ProposedCard> {
  const tooMuch: string[] = [];
  for (const { name } of candidates) {
    const prepared = await attempt(name);
    const problem = costProblem(prepared, LONGEST.fast);
    if (problem === null) return { card: offering('fast', prepared), offered: prepared };
    tooMuch.push(problem);
  }
  const reason = tooMuch.at(-1) ?? 'Needs pretrained weights: their features are what a head can learn from.';
  return { card: { kind: 'fast', offer: null, reason, needsWeights: candidates.length === 0 }, offered: null };
}

async function betterCard(
  backbone: string | null,
  attempt: (backbone: string, recipe: Recipe) => Promise<PreparedRun>,
  device: string | null,
): Promise<ProposedCard> {
  const recipes =
    backbone === null ? BETTER_FROM_SCRATCH : BETTER[device === null || device === 'cpu' ? 'cpu' : 'graphics'];
  let reason = '';
  for (const recipe of recipes) {
    const prepared = await attempt(backbone ?? FROM_SCRATCH, recipe);
    const problem = costProblem(prepared, LONGEST.better);
    if (problem === null) return { card: offering('better', prepared), offered: prepared };
    reason = problem;
  }
  return { card: { kind: 'better', offer: null, reason, needsWeights: false }, offered: null };
}

/** The search starts from the features that the *fast* card computes, so it needs what that card needs. */
async function bestCard(
  candidates: readonly BackboneSummary[],
  fast: ProposedCard,
  attempt: (backbone: string, recipe: Recipe) => Promise<PreparedRun>,
): Promise<ProposedCard> {
  const kind = 'best';
  if (fast.offered === null) return { card: { ...fast.card, kind }, offered: null };
  const backbone = fast.offered.config.backbone;
  const prepared = await attempt(backbone, { preset: 'auto', minutes: DEFAULT_MINUTES });
  const problem = costProblem(prepared, LONGEST.better);
  if (problem === null) return { card: offering(kind, prepared), offered: prepared };
  return { card: { kind, offer: null, reason: problem, needsWeights: candidates.length === 0 }, offered: null };
}

function offering(kind: RunCard['kind'], prepared: PreparedRun): RunCard {
  return { kind, offer: offerOf(prepared), reason: null, needsWeights: false };
}

function offerOf({ config, estimate, preview }: PreparedRun): RunOffer {
  return {
    // The start resolves the learning rate again, and notes that it did.
    config: { ...config, learningRate: null },
    pretrained: estimate?.pretrained ?? false,
    imageSize: preview.imageSize ?? 0,
    device: preview.device,
    seconds: preview.secondsEstimate,
    memoryMB: preview.memoryMB,
  };
}

/** Why a run costs too much for its card, as sentences; null if it does not. */
function costProblem({ config, estimate, estimateProblem, preview }: PreparedRun, longest: number): string | null {
  if (estimate === null) return estimateProblem ?? 'Its backbone could not be read.';
  const what = `“${presetTitles[config.preset]}” with ${config.backbone}`;
  if (preview.secondsEstimate !== null && preview.secondsEstimate > longest) {
    return `${what} would take about ${formatShortDuration(preview.secondsEstimate)} on this computer. It can be started under Advanced.`;
  }
  if (!fitsMachine(preview.memoryMB, totalmem() / 2 ** 20)) {
    return `${what} needs more memory than this computer has.`;
  }
  return null;
}
