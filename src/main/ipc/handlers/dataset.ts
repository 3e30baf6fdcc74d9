import type { ImportResult } from '#shared/models/dataset';
import { placeOf } from '../../services/core/background';
import { datasetBalance } from '../../services/dataset/balance';
import type { HoldTable } from '../../services/label-tables/label-table-preview';
import { NO_PATIENT_CHANGES } from '../../services/label-tables/resolve-patients';
import { datasetReport } from '../../services/reports/dataset-report';
import { renderDatasetReport } from '../../services/reports/dataset-report-page';
import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const datasetHandlers = ({
  about,
  background,
  projects,
  dataset,
  labels,
  labelTables,
  readers,
  splits,
  duplicates,
  review,
  imports,
  grants,
  jobs,
}: Services) =>
  ({
    'dataset.summary': async ({ project: id }) => {
      const project = projects.get(id);
      return { ...dataset.summary(project), review: await review.counts(project) };
    },
    'dataset.versions': ({ project }) => ({ versions: dataset.versions(projects.get(project)) }),
    'dataset.scan': ({ project, grants: given }) =>
      imports.scan(
        projects.get(project),
        given.map((grant) => grants.path(grant)),
      ),
    'dataset.import': async ({ project: id, plan, options, labels: given }) => {
      const project = projects.get(id);
      const table =
        given === null ? null : await labelTables.read(grants.path(given), options.columns, options.answers);
      return { job: jobs.start('import', id, (handle) => imports.run(project, plan, options, table, handle)).id };
    },
    'dataset.readTable': ({ project: id, plan, table: given, mapping, answers, groupPattern, classNames }) => {
      const project = projects.get(id);
      const place = placeOf(project);
      const file = grants.path(given);
      // Held against the images that are here, it is read and planned in a thread; a plan of an import is known here only.
      if (plan === null) return background('previewTable', { project: place, file, mapping, answers, classNames });
      const hold: HoldTable = (table) => imports.hold(project, plan, { table, groupPattern, answers });
      return labelTables.preview(project, hold, file, mapping, answers, classNames);
    },
    'dataset.readPattern': async ({ project, plan, groupPattern, answers }) => {
      const words = { table: null, groupPattern, answers };
      const { resolved, questions, files } = await imports.hold(projects.get(project), plan, words);
      return {
        changes: resolved?.changes ?? { ...NO_PATIENT_CHANGES, unknown: files },
        questions: [...questions],
        problems: [...(resolved?.problems ?? [])],
      };
    },
    'dataset.applyTable': ({ project, table, mapping, conflicts, answers, classNames }) =>
      background('applyTable', {
        project: placeOf(projects.get(project)),
        file: grants.path(table),
        mapping,
        conflicts,
        answers,
        classNames,
      }),
    'dataset.importResult': ({ job }) => jobs.result<ImportResult>(job),
    'dataset.ids': ({ project, filter, sort }) => ({ ids: dataset.ids(projects.get(project), filter, sort) }),
    'dataset.facets': ({ project }) => dataset.facets(projects.get(project)),
    'dataset.images': ({ project, ids }) => ({ images: dataset.images(projects.get(project), ids) }),
    'dataset.image': ({ project, image }) => dataset.image(projects.get(project), image),
    'dataset.identifyingTags': async ({ project, image }) => ({
      tags: await dataset.identifyingTags(projects.get(project), image),
    }),
    'dataset.label': ({ project: id, images, label, reader }) => {
      const project = projects.get(id);
      return reader === undefined ? labels.label(project, images, label) : readers.read(project, images, label, reader);
    },
    'dataset.lastAction': ({ project }) => ({ action: labels.last(projects.get(project)) }),
    'dataset.undo': ({ project, stamp }) => labels.undo(projects.get(project), stamp),
    'dataset.remove': ({ project, images }) => labels.remove(projects.get(project), images),
    'dataset.duplicates': async ({ project: id }) => {
      const project = projects.get(id);
      await duplicates.search(project);
      duplicates.searchFeaturesLater(project);
      return { groups: duplicates.groups(project) };
    },
    'dataset.searchDuplicates': async ({ project: id }) => {
      const project = projects.get(id);
      await duplicates.search(project);
      await duplicates.searchFeatures(project);
      return {};
    },
    'dataset.judgeDuplicates': ({ project, images, verdict }) =>
      duplicates.judge(projects.get(project), images, verdict),
    'dataset.split': async ({ project: id, request }) => {
      const project = projects.get(id);
      if (request.keepDuplicatesTogether) await duplicates.search(project);
      return background('split', { project: placeOf(project), request });
    },
    'dataset.moveToSplit': ({ project, images, split }) => splits.move(projects.get(project), images, split),
    'dataset.origins': ({ project }) => ({ origins: splits.origins(projects.get(project)) }),
    'dataset.balance': ({ project }) => ({ balance: datasetBalance(projects.get(project)) }),
    'dataset.report': ({ project }) => datasetReport(projects.get(project)),
    'dataset.reportPage': ({ project }) => ({
      html: renderDatasetReport(datasetReport(projects.get(project)), about.version),
    }),
    'dataset.signOff': ({ project, name, reason }) => splits.signOff(projects.get(project), name, reason),
    'dataset.withdrawSignOff': ({ project }) => splits.withdrawSignOff(projects.get(project)),
  }) satisfies DomainHandlers<'dataset'>;
