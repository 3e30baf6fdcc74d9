import type { ImportResult } from '#shared/models/dataset';
import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const datasetHandlers = ({ projects, dataset, labels, splits, duplicates, imports, grants, jobs }: Services) =>
  ({
    'dataset.summary': ({ project }) => dataset.summary(projects.get(project)),
    'dataset.versions': ({ project }) => ({ versions: dataset.versions(projects.get(project)) }),
    'dataset.scan': ({ project, grants: given }) =>
      imports.scan(
        projects.get(project),
        given.map((grant) => grants.path(grant)),
      ),
    'dataset.import': ({ project: id, plan, options, labels: table }) => {
      const project = projects.get(id);
      const file = table === null ? null : grants.path(table);
      return { job: jobs.start('import', id, (handle) => imports.run(project, plan, options, file, handle)).id };
    },
    'dataset.importResult': ({ job }) => jobs.result<ImportResult>(job),
    'dataset.ids': ({ project, filter, sort }) => ({ ids: dataset.ids(projects.get(project), filter, sort) }),
    'dataset.images': ({ project, ids }) => ({ images: dataset.images(projects.get(project), ids) }),
    'dataset.image': ({ project, image }) => dataset.image(projects.get(project), image),
    'dataset.identifyingTags': async ({ project, image }) => ({
      tags: await dataset.identifyingTags(projects.get(project), image),
    }),
    'dataset.label': ({ project, images, label }) => labels.label(projects.get(project), images, label),
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
  }) satisfies DomainHandlers<'dataset'>;
