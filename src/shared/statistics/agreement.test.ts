import { describe, expect, it } from 'vitest';
import { classAgreement, cohenKappa, fleissKappa } from './agreement';
import { confusionMatrix } from './confusion-matrix';
import { Z_95 } from './wilson';

const standardError = (metric: { value: number; low: number | null } | null) =>
  metric === null || metric.low === null ? null : (metric.value - metric.low) / Z_95;

describe('cohenKappa', () => {
  // scikit-learn 1.9.1 cohen_kappa_score (value) and statsmodels 0.15.0 cohens_kappa(T, wt).std_kappa (standard error):
  // T = [[53,5,2],[11,14,5],[1,6,3]]
  const table = [
    [53, 5, 2],
    [11, 14, 5],
    [1, 6, 3],
  ];
  it.each([
    ['none', 0.4285714285714286, 0.0759588315346638],
    ['linear', 0.49230769230769234, 0.07172694274347052],
    ['quadratic', 0.5666666666666667, 0.07872409321944325],
  ] as const)('matches scikit-learn and statsmodels with weights %s', (weights, value, error) => {
    const { kappa, agreement, images } = cohenKappa(table, weights);
    expect(images).toBe(100);
    expect(agreement?.value).toBeCloseTo(0.7, 12);
    expect(kappa?.value).toBeCloseTo(value, 12);
    expect(standardError(kappa)).toBeCloseTo(error, 12);
  });

  it('matches a textbook table of 50: 0.4 [0.151, 0.649]', () => {
    // statsmodels 0.15.0: cohens_kappa([[20,5],[10,15]]): kappa 0.4, low 0.151092290476661, high 0.6489077095233389
    const { kappa } = cohenKappa([
      [20, 5],
      [10, 15],
    ]);
    expect(kappa?.value).toBeCloseTo(0.4, 12);
    expect(kappa?.low).toBeCloseTo(0.151092290476661, 12);
    expect(kappa?.high).toBeCloseTo(0.6489077095233389, 12);
  });

  it('is the same with two classes, whatever the weights', () => {
    const two = [
      [20, 5],
      [10, 15],
    ];
    expect(cohenKappa(two, 'linear').kappa).toEqual(cohenKappa(two, 'quadratic').kappa);
    expect(cohenKappa(two, 'linear').kappa?.value).toBeCloseTo(0.4, 12);
  });

  it('is undefined if chance alone always agrees, and has no interval if all agree', () => {
    expect(cohenKappa([])).toEqual({ images: 0, agreement: null, kappa: null });
    expect(
      cohenKappa([
        [0, 0],
        [0, 0],
      ]).kappa,
    ).toBeNull();
    const one = cohenKappa(
      [
        [12, 0],
        [0, 0],
      ],
      'quadratic',
    );
    expect(one.kappa).toBeNull();
    expect(one.agreement?.value).toBe(1);
    expect(cohenKappa([[5]], 'linear').kappa).toBeNull();
    expect(
      cohenKappa([
        [7, 0],
        [0, 5],
      ]).kappa,
    ).toEqual({ value: 1, low: null, high: null, n: 12 });
    // One reader names one class only: kappa is 0, not undefined.
    expect(
      cohenKappa([
        [6, 4],
        [0, 0],
      ]).kappa?.value,
    ).toBeCloseTo(0, 12);
    expect(
      cohenKappa([
        [0, 5],
        [5, 0],
      ]).kappa?.value,
    ).toBeCloseTo(-1, 12);
  });
});

describe('fleissKappa', () => {
  it('matches statsmodels and irrCAC with the same number of readings per image', () => {
    // The table of Fleiss 1971 as Wikipedia has it: 10 subjects, 14 readers, 5 classes. statsmodels 0.15.0
    // fleiss_kappa: 0.20993070442195522; irrCAC 0.4.4 CAC(raw).fleiss(): se 0.092371111606, pa 0.378021978022
    const { kappa, agreement, images, readings } = fleissKappa([
      [0, 0, 0, 0, 14],
      [0, 2, 6, 4, 2],
      [0, 0, 3, 5, 6],
      [0, 3, 9, 2, 0],
      [2, 2, 8, 1, 1],
      [7, 7, 0, 0, 0],
      [3, 2, 6, 3, 0],
      [2, 5, 3, 2, 2],
      [6, 5, 2, 1, 0],
      [0, 2, 2, 3, 7],
    ]);
    expect([images, readings]).toEqual([10, 140]);
    expect(agreement).toBeCloseTo(0.378021978022, 10);
    expect(kappa?.value).toBeCloseTo(0.20993070442195522, 12);
    expect(standardError(kappa)).toBeCloseTo(0.092371111606, 10);
  });

  // irrCAC 0.4.4, CAC(raw, digits=12).fleiss() of these readings; of each class the two columns [of it, not of it].
  const varying = [
    [3, 0, 0],
    [2, 1, 0],
    [0, 2, 0],
    [1, 1, 1],
    [0, 4, 0],
    [0, 0, 2],
    [1, 0, 1],
    [0, 1, 3],
  ];
  const single = [
    [1, 0, 0],
    [0, 0, 0],
  ];
  it('matches irrCAC with different numbers, ignoring images with one reading or none', () => {
    const { kappa, agreement, images, readings } = fleissKappa([...single, ...varying]);
    expect([images, readings]).toEqual([8, 23]);
    expect(agreement).toBeCloseTo(0.604166666667, 10);
    expect(kappa?.value).toBeCloseTo(0.404893964111, 10);
    expect(standardError(kappa)).toBeCloseTo(0.236920691608, 10);
  });

  it.each([
    [0, 0.321212121212, 0.315372703868],
    [1, 0.505386416862, 0.267380018922],
    [2, 0.38064516129, 0.300738030896],
  ])('matches irrCAC for class %i against the rest', (index, value, error) => {
    const { kappa } = classAgreement([...single, ...varying], index);
    expect(kappa?.value).toBeCloseTo(value, 10);
    expect(standardError(kappa)).toBeCloseTo(error, 10);
  });

  it('gives the specific agreement of a class, as by hand', () => {
    // Class 0: readings 3+2+1+1 = 7; pairs that agree 3*2 + 2*1 = 8 of 3*2 + 2*2 + 1*2 + 1*1 = 13.
    expect(classAgreement(varying, 0)).toMatchObject({ readings: 7, agreement: 8 / 13 });
    expect(classAgreement([[0, 2]], 0)).toEqual({ readings: 0, agreement: null, kappa: null });
  });

  it('is undefined with one class or without images', () => {
    expect(fleissKappa([])).toEqual({ images: 0, readings: 0, agreement: null, kappa: null });
    expect(fleissKappa([[1, 0]]).images).toBe(0);
    expect(
      fleissKappa([
        [2, 0],
        [3, 0],
      ]),
    ).toEqual({ images: 2, readings: 5, agreement: 1, kappa: null });
    expect(
      fleissKappa([
        [2, 0],
        [0, 2],
      ]).kappa,
    ).toEqual({ value: 1, low: null, high: null, n: 2 });
  });
});

describe('intervals by patient', () => {
  /**
   * 60 patients with 1 to 4 images and three readers, by s = (1664525 s + 1013904223) mod 2^32, u = s / 2^32, s = 7 at
   * first. For each patient: images = 1 + floor(4 u), truth = floor(3 u), hard = 0.7 u; for each reading: e = u,
   * other = floor(3 u), and the class is other where e < hard, else truth.
   */
  function hardPatients() {
    let state = 7;
    const next = (): number => {
      state = (Math.imul(1664525, state) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    return Array.from({ length: 60 }, (_, patient) => {
      const images = 1 + Math.floor(4 * next());
      const truth = Math.floor(3 * next());
      const hard = 0.7 * next();
      const read = () => {
        const e = next();
        const other = Math.floor(3 * next());
        return e < hard ? other : truth;
      };
      return Array.from({ length: images }, () => ({ patient, classes: [read(), read(), read()] as const }));
    }).flat();
  }
  const images = hardPatients();
  const tableOf = (of: typeof images) =>
    confusionMatrix(
      of.map(({ classes }) => classes[0]),
      of.map(({ classes }) => classes[1]),
      3,
    );
  const casesOf = (of: typeof images) =>
    of.map(({ patient, classes }) => ({ first: classes[0], second: classes[1], patient }));
  const countsOf = (of: typeof images) =>
    of.map(({ classes }) => [0, 1, 2].map((label) => classes.filter((one) => one === label).length));
  const patientsOf = (of: typeof images) => of.map(({ patient }) => patient);

  it('are as wide as in a bootstrap of patients, unlike one of images', () => {
    // numpy, 20,000 resamples of the 60 patients with all their images: standard deviation of kappa (0.06897), of
    // quadratic kappa (0.06668) and of Fleiss' kappa (0.05423). Of the 151 images instead: 0.05768 and 0.04432.
    expect(images.length).toBe(151);
    const plain = cohenKappa(tableOf(images), 'none', casesOf(images)).kappa;
    const quadratic = cohenKappa(tableOf(images), 'quadratic', casesOf(images)).kappa;
    const fleiss = fleissKappa(countsOf(images), patientsOf(images)).kappa;
    expect(plain?.value).toBeCloseTo(0.5079797845458174, 12);
    expect(quadratic?.value).toBeCloseTo(0.5599783699342085, 12);
    expect(fleiss?.value).toBeCloseTo(0.47321704570545386, 12);
    for (const [metric, error] of [
      [plain, 0.06897],
      [quadratic, 0.06668],
      [fleiss, 0.05423],
    ] as const) {
      expect((standardError(metric) ?? 0) / error).toBeGreaterThan(0.95);
      expect((standardError(metric) ?? 0) / error).toBeLessThan(1.05);
    }
    expect((standardError(cohenKappa(tableOf(images)).kappa) ?? 0) / 0.05768).toBeCloseTo(1, 1);
    expect((standardError(fleissKappa(countsOf(images)).kappa) ?? 0) / 0.04432).toBeCloseTo(1, 1);
  });

  it('do not shrink when each image is repeated five times', () => {
    const single = images.map((one, patient) => ({ ...one, patient }));
    const five = single.flatMap((one) => Array.from({ length: 5 }, () => one));
    const n = single.length;
    const one = standardError(cohenKappa(tableOf(single), 'linear', casesOf(single)).kappa) ?? 0;
    const many = standardError(cohenKappa(tableOf(five), 'linear', casesOf(five)).kappa) ?? 0;
    expect(many / one).toBeCloseTo(Math.sqrt(n / (n - 1)), 10);
    expect(standardError(fleissKappa(countsOf(five), patientsOf(five)).kappa)).toBeCloseTo(
      standardError(fleissKappa(countsOf(single)).kappa) ?? 0,
      10,
    );
    expect((standardError(cohenKappa(tableOf(five), 'linear').kappa) ?? 0) / one).toBeCloseTo(1 / Math.sqrt(5), 10);
  });

  it('do not exist for one patient', () => {
    const one = images.map((image) => ({ ...image, patient: 3 }));
    expect(cohenKappa(tableOf(one), 'none', casesOf(one)).kappa).toMatchObject({ low: null, high: null });
    expect(fleissKappa(countsOf(one), patientsOf(one)).kappa).toMatchObject({ low: null, high: null });
  });
});
