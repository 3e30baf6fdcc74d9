import { FoveaError } from '#shared/ipc/errors';
import type { FoldPredictions, SearchState, Tried } from '#shared/models/search';
import {
  firstStep,
  nextSteps,
  type Recipe,
  type SearchedBackbone,
  type SearchStep,
  withSettings,
} from '#shared/training/search-steps';
import { epochMetrics } from '../../../engine/train/evaluate';
import type { RequestContext } from '../../core/request-context';
import { saveWhenRoom } from '../save-when-room';
import { compareLoss, isBetter, isWorse, type JudgedImages } from './judge';
import { isHeadAlone } from './pace';
import { writeSearch } from './search-file';
import { foldCount, type SearchData, type Trial, type TrialListeners, tryHead, tryLayers } from './try-step';

export interface SearchInput {
  readonly data: SearchData;
  readonly backbone: SearchedBackbone;
  readonly state: SearchState;
  readonly context: RequestContext;
  onTried(tried: Tried): void;
  onProgress(
    what: string,
    counted: { readonly done: number; readonly total: number } | null,
    secondsLeft: number,
  ): void;
}

export interface SearchResult {
  readonly state: SearchState;
  readonly ended: 'finished' | 'paused' | 'stopped';
}

/** Share of the time that is left to what the estimates do not know: saving, reading, a busy machine. */
const MARGIN = 0.05;

/**
 * Tries one step after the other until the time is over or nothing is left to try. A step is kept only if its
 * out-of-fold predictions have a lower loss than those of the best recipe before, with a 95 % interval of the paired
 * difference below zero; groups (patients, duplicates) are resampled. Test images take no part.
 *
 * What was decided is in the state, which is saved after every fold. A search that was paused or killed goes on with the
 * same step; a fold that had begun begins again with the same random numbers.
 */
export async function search(input: SearchInput): Promise<SearchResult> {
  const began = performance.now();
  const before = input.state.elapsedSeconds;
  const elapsed = () => before + (performance.now() - began) / 1000;
  let state = input.state;
  const save = async (changes: Partial<SearchState>) => {
    state = { ...state, ...changes, elapsedSeconds: elapsed() };
    await saveState(input, state);
  };
  for (;;) {
    if (state.current === null) {
      const next = chooseStep(input, state, elapsed());
      if ('ended' in next) {
        await save({ ended: next.ended });
        return { state, ended: 'finished' };
      }
      const none = {
        folds: [],
        logits: new Array<number>(state.images.length * input.data.spec.classes.length).fill(0),
      };
      await save({ current: { ...next, seconds: 0, predictions: none } });
    }
    const ended = await tryCurrent(input, () => state, save, elapsed);
    if (ended !== null) return { state, ended };
  }
}

/** Chooses the next step that fits into the time, or says why the search ends. */
function chooseStep(
  { data: { pace, images, folds, spec }, backbone }: SearchInput,
  { tried, recipe, budgetSeconds }: SearchState,
  elapsedSeconds: number,
): SearchStep | { readonly ended: string } {
  if (tried.length === 0) return firstStep;
  const candidates = nextSteps(
    recipe,
    backbone,
    tried.map(({ settings }) => settings),
  );
  if (candidates.length === 0) return { ended: 'Nothing is left to try.' };
  const left = budgetSeconds * (1 - MARGIN) - elapsedSeconds;
  const affordable = candidates.find(({ settings }) => {
    const changed = withSettings(recipe, settings);
    const toTry = pace.secondsToTry(changed, images.length, foldCount(folds));
    return toTry + pace.secondsToFinish(changed, images.length, spec.validation.length) <= left;
  });
  return (
    affordable ?? {
      ended: `The time that is left is too short for another step (${candidates.map(({ what }) => what).join('; ')}).`,
    }
  );
}

/** Tries the current step and decides. Returns how the search was interrupted, or null if it goes on. */
async function tryCurrent(
  input: SearchInput,
  now: () => SearchState,
  save: (changes: Partial<SearchState>) => Promise<void>,
  elapsed: () => number,
): Promise<'paused' | 'stopped' | null> {
  const { data, context } = input;
  const { current, recipe, kept, budgetSeconds } = now();
  if (current === null) return null;
  const changed = withSettings(recipe, current.settings);
  const judged: JudgedImages = {
    labels: Int32Array.from(data.images, ({ label }) => label),
    groups: now().groups,
    folds: data.folds,
    classes: data.spec.classes,
  };
  const began = performance.now();
  const seconds = () => current.seconds + (performance.now() - began) / 1000;
  const final = data.pace.secondsToFinish(recipe, data.images.length, data.spec.validation.length);
  const limited = withinTime(context, () => elapsed() > budgetSeconds * (1 - MARGIN) - final && kept !== null);
  const trial = await attempt(data, changed, current.predictions, {
    context: limited.context,
    onProgress: (counted) => input.onProgress(current.what, counted, Math.max(0, budgetSeconds - elapsed())),
    onFold: async (predictions) => {
      await save({ current: { ...current, seconds: seconds(), predictions } });
      return kept === null || !isWorse(compareLoss(judged, kept, predictions));
    },
  });
  if ((trial.state === 'paused' || trial.state === 'stopped') && !limited.isOver()) {
    await save({ current: { ...(now().current ?? current), seconds: seconds() } });
    return trial.state;
  }
  const predictions = now().current?.predictions ?? current.predictions;
  const decision = decide(judged, kept, trial, predictions);
  const settings = { ...current.settings, ...(trial.state === 'finished' ? trial.settings : {}) };
  const record: Tried = { what: current.what, settings, seconds: seconds(), ...decision };
  await save({
    current: null,
    tried: [...now().tried, record],
    ...(decision.kept ? { recipe: withSettings(recipe, settings), kept: predictions } : {}),
  });
  input.onTried(record);
  return null;
}

/** Tries a recipe. Work that ends between two batches, whatever was asked, ends the trial. */
async function attempt(
  data: SearchData,
  recipe: Recipe,
  done: FoldPredictions,
  listeners: TrialListeners,
): Promise<Trial> {
  try {
    return await (isHeadAlone(recipe) ? tryHead(data, recipe, listeners) : tryLayers(data, recipe, done, listeners));
  } catch (error) {
    const asked = listeners.context.control();
    if (!(error instanceof FoveaError) || error.code !== 'cancelled' || asked === null || asked === 'cancel')
      throw error;
    return { state: asked === 'pause' ? 'paused' : 'stopped' };
  }
}

function decide(
  judged: JudgedImages,
  kept: FoldPredictions | null,
  trial: Trial,
  predictions: FoldPredictions,
): Pick<Tried, 'metrics' | 'difference' | 'kept' | 'why'> {
  const difference = kept === null || predictions.folds.length === 0 ? null : compareLoss(judged, kept, predictions);
  if (trial.state === 'stopped' || trial.state === 'paused') {
    return { metrics: null, difference: null, kept: false, why: 'The time was over before all folds were predicted.' };
  }
  if (trial.state === 'dropped') {
    const folds = predictions.folds.length;
    return {
      metrics: null,
      difference,
      kept: false,
      why: `Worse after ${folds} ${folds === 1 ? 'fold' : 'folds'}, so the others were left out.`,
    };
  }
  const metrics = epochMetrics(Float32Array.from(predictions.logits), judged.labels, judged.classes.length);
  if (kept === null)
    return { metrics, difference, kept: true, why: 'The first step is what the others are compared with.' };
  if (isBetter(difference)) return { metrics, difference, kept: true, why: 'The loss is lower, beyond chance.' };
  return { metrics, difference, kept: false, why: 'No difference from the best before that is beyond chance.' };
}

/** A context that also stops when `isOver` says so. */
function withinTime(given: RequestContext, timeIsOver: () => boolean) {
  let over = false;
  const control = () => {
    const asked = given.control();
    if (asked !== null) return asked;
    over ||= timeIsOver();
    return over ? ('stop' as const) : null;
  };
  return { context: { ...given, control }, isOver: () => over };
}

function saveState({ data: { spec }, context }: SearchInput, state: SearchState): Promise<void> {
  const bytes = JSON.stringify(state).length;
  return saveWhenRoom(() => writeSearch(spec.runFolder, state), { folder: spec.runFolder, bytes }, context);
}
