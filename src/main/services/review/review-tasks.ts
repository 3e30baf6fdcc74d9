import type { FeatureOutlier } from '#shared/duplicates/feature-neighbours';
import type { ReviewDecision, ReviewFinding } from '#shared/models/review';
import { confidentLearning } from '#shared/statistics/confident-learning';
import { type OfProject, type TaskContext, tasks } from '../background/background';
import { type PackedList, packList, unpackList } from '../background/packed-list';
import { type PackedCases, unpackCases } from '../results/packed-cases';
import { findPictures } from './picture-findings';
import { decide } from './review-decision';
import { type EarlierFindings, findAll } from './review-findings';

export const reviewTasks = tasks('review', {
  findAll: ({ project, before }: OfProject & { readonly before: EarlierFindings }, { open }: TaskContext) =>
    findAll(open(project), before),
  findLabelIssues: ({ cases, classes }: { readonly cases: PackedCases; readonly classes: number }) =>
    confidentLearning(
      unpackCases(cases).map(({ truth, probabilities }) => ({ label: truth, probabilities })),
      classes,
    ).issues,
  findPictures: (
    { project, outliers }: OfProject & { readonly outliers: readonly FeatureOutlier[] },
    { open }: TaskContext,
  ) => packList(findPictures(open(project).store, outliers)),
  decide: (
    {
      project,
      findings,
      decision,
    }: OfProject & { readonly findings: PackedList<ReviewFinding>; readonly decision: ReviewDecision },
    { open }: TaskContext,
  ) => decide(open(project), unpackList(findings), decision),
});
