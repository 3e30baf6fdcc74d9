import type { ReviewFinding } from '#shared/models/review';
import { formatQuantity } from '#shared/text/number';
import type { ProjectStore } from '../../store/open';
import { reviewsOf } from '../../store/reviews';
import { descriptionsOf, firstOfStudies, namedByAccession, similarIdentifiers } from '../../store/who-is-who';
import { findPeople } from './same-person';

/** Comparison images that fit beside an image. */
const MAX_BESIDE = 8;

/** One reason to doubt the patient of an image. */
interface Doubt {
  readonly image: number;
  readonly why: string;
  readonly evidence: string;
  readonly beside: readonly number[];
}

/**
 * Finds images whose recorded patient may be wrong or be two people: one image per patient in question. Considers all
 * identities in the files, because a split is only as good as they are.
 */
export function findPatientDoubts(store: ProjectStore): ReviewFinding[] {
  const byImage = new Map<number, Doubt[]>();
  for (const doubt of [...sharedStudies(store), ...severalPeople(store), ...byAccession(store), ...alike(store)]) {
    byImage.set(doubt.image, [...(byImage.get(doubt.image) ?? []), doubt]);
  }
  return [...byImage].map(([image, doubts]) => ({
    image,
    reason: 'who-is-who',
    why: doubts.map(({ why }) => why).join(' '),
    weight: 1,
    evidence: doubts.map(({ evidence }) => evidence).join('; '),
    suggestion: null,
    beside: [...new Set(doubts.flatMap(({ beside }) => beside))].slice(0, MAX_BESIDE),
  }));
}

/** Warning for a split about doubts that nobody has accepted. */
export function patientDoubtWarnings(store: ProjectStore): string[] {
  const reviews = reviewsOf(store, 'who-is-who');
  const open = findPatientDoubts(store).filter(({ image, evidence }) => {
    const review = reviews.get(image);
    return review?.verdict !== 'accepted' || review.evidence !== evidence;
  });
  if (open.length === 0) return [];
  return [
    `${formatQuantity(open.length, 'image')} in Review with a possible patient mismatch: check ${open.length === 1 ? 'it' : 'them'} before relying on this split.`,
  ];
}

/** One study under several patient ids. */
function sharedStudies(store: ProjectStore): Doubt[] {
  const { shared, blanked } = findPeople(store);
  const firsts = firstOfStudies(store, [...shared.keys()]);
  const ofStudy = groupBy(firsts, ({ study }) => study);
  const doubts = [...ofStudy].flatMap(([study, of]) =>
    of.map(({ image, patient }): Doubt => {
      const others = of.filter((one) => one.patient !== patient);
      return {
        image,
        why: `Its study also has images of ${patientList(others.map((one) => one.patient))}, but a study belongs to one person. They stay in the same split.`,
        evidence: `study ${study} of ${of.map((one) => one.patient).join(' ')}`,
        beside: others.map((one) => one.image),
      };
    }),
  );
  for (const [study, patients] of blanked) {
    const [first, ...more] = firstOfStudies(store, [study]);
    if (first === undefined) continue;
    doubts.push({
      image: first.image,
      why: `Its study UID is shared by ${formatQuantity(patients.length, 'patient')}: it was blanked and does not identify a person.`,
      evidence: `blanked study ${study}`,
      beside: more.map((one) => one.image),
    });
  }
  return doubts;
}

/** One patient id with different birth dates or sexes. */
function severalPeople(store: ProjectStore): Doubt[] {
  const ofId = groupBy(descriptionsOf(store), ({ patient, id }) => `${patient} ${id}`);
  return [...ofId.values()].flatMap((of) => {
    const differing = (['birthDate', 'sex'] as const).filter(
      (what) => new Set(of.flatMap((one) => one[what] ?? [])).size > 1,
    );
    if (differing.length === 0) return [];
    const what = differing.map((one) => (one === 'sex' ? 'sexes' : 'dates of birth')).join(' and ');
    return of.map(
      ({ image, patient }): Doubt => ({
        image,
        why: `Images of patient ${patient} have different ${what}: this id may be two people who are counted as one.`,
        evidence: `patient ${patient} ${differing.join(' ')} ${of.length}`,
        beside: of.filter((one) => one.image !== image).map((one) => one.image),
      }),
    );
  });
}

function byAccession(store: ProjectStore): Doubt[] {
  return namedByAccession(store).map(({ image, patient }) => ({
    image,
    why: `The id of patient ${patient} is the accession number: each examination would count as a separate patient, and one person could be in several splits.`,
    evidence: `accession ${patient}`,
    beside: [],
  }));
}

function alike(store: ProjectStore): Doubt[] {
  const ofKey = groupBy(similarIdentifiers(store), ({ key }) => key);
  return [...ofKey.values()].flatMap((of) =>
    of.map(({ image, patient }): Doubt => {
      const others = of.filter((one) => one.patient !== patient);
      return {
        image,
        why: `The id of patient ${patient} differs from that of ${patientList(others.map((one) => one.patient))} only in spelling or issuer.`,
        evidence: `alike ${of.map((one) => one.patient).join(' ')}`,
        beside: others.map((one) => one.image),
      };
    }),
  );
}

function groupBy<Item, Key>(items: readonly Item[], key: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const of = groups.get(key(item));
    if (of === undefined) groups.set(key(item), [item]);
    else of.push(item);
  }
  return groups;
}

const patientList = (patients: readonly number[]): string =>
  patients.length > 5
    ? `${patients.length} other patients`
    : `${patients.length === 1 ? 'patient' : 'patients'} ${patients.join(', ')}`;
