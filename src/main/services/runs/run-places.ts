import type { Destination } from '#shared/models/destination';
import { countClasses, samplesOf } from '../run-records/run-samples';
import type { CheckInput } from './run-checks';

/** Places in the window that `runProblems` and `runWarnings` speak of, so that each message leads to what it names. */
export function runPlaces(input: CheckInput): {
  readonly problems: Destination[];
  readonly warnings: Destination[];
} {
  return { problems: problemPlaces(input), warnings: warningPlaces(input) };
}

function problemPlaces(input: CheckInput): Destination[] {
  const { classes, samples, hasSplit, signOff } = input;
  const isEmpty = samples.length === 0 && classes.length === 0;
  const train = countClasses(samplesOf(samples, 'train'), classes.length);
  const lacksImages = train.includes(0) || samplesOf(samples, 'validation').length === 0;
  const isOpen = signOff?.void !== null;
  const needsSplit = !hasSplit || lacksImages || (isOpen && input.patientsAcrossSplits > 0);
  return [
    ...(isEmpty ? (['add-images'] as const) : []),
    ...(!isEmpty && classes.length < 2 ? (['images'] as const) : []),
    ...(classes.length > 1 && needsSplit ? (['split'] as const) : []),
    ...(isOpen && input.duplicatesAcrossSplits > 0 ? (['duplicates'] as const) : []),
  ];
}

function warningPlaces({ samples, labelClaims, estimate }: CheckInput): Destination[] {
  return [
    ...(labelClaims.length > 0 ? (['review'] as const) : []),
    ...(samples.length > 0 && samplesOf(samples, 'test').length === 0 ? (['split'] as const) : []),
    ...(estimate !== null && !estimate.pretrained ? (['weights'] as const) : []),
  ];
}
