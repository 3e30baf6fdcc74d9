import type { ImportResult } from '#shared/models/dataset';
import { datasetBalance } from '../../services/balance';
import { datasetReport } from '../../services/dataset-report';
import { renderDatasetReport } from '../../services/dataset-report-page';
import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const datasetHandlers = ({
  about,
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
      const table = given === null ? null : await labelTables.read(grants.path(given), options.columns);
      return { job: jobs.start('import', id, (handle) => imports.run(project, plan, options, table, handle)).id };
    },
    'dataset.readTable': ({ project: id, plan, table, mapping, classNames }) => {
      const project = projects.get(id);
      const targets = plan === null ? null : imports.targets(project, plan);
      return labelTables.preview(project, targets, grants.path(table), mapping, classNames);
    },
    'dataset.applyTable': ({ project, table, mapping, conflicts, classNames }) =>
      labelTables.apply(projects.get(project), grants.path(table), mapping, conflicts, classNames),
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
    'dataset.undo': ({ project }) => labels.undo(projects.get(project)),
    'dataset.remove': ({ project, images }) => labels.remove(projects.get(project), images),
    'dataset.duplicates': async ({ project: id }) => {
      const project = projects.get(id);
      await duplicates.search(project);
      return { groups: duplicates.groups(project) };
    },
    'dataset.judgeDuplicates': ({ project, images, verdict }) =>
      duplicates.judge(projects.get(project), images, verdict),
    'dataset.split': async ({ project: id, request }) => {
      const project = projects.get(id);
      if (request.keepDuplicatesTogether) await duplicates.search(project);
      return splits.split(project, request);
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
