import { MAX_INLINE_IMAGES, placeOf } from '../../services/background/background';
import { datasetTasks } from '../../services/dataset/dataset-tasks';
import { tableTasks } from '../../services/label-tables/table-tasks';
import { labelTasks } from '../../services/labels/label-tasks';
import { reportTasks } from '../../services/reports/report-tasks';
import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const datasetHandlers = ({
  about,
  background,
  projects,
  dataset,
  labels,
  readers,
  duplicates,
  splitting,
  review,
  imports,
  grants,
  jobs,
}: Services) => {
  const place = (project: string) => placeOf(projects.get(project));
  return {
    'dataset.summary': async ({ project: id }) => {
      const project = projects.get(id);
      const summary = await background(datasetTasks.summary, { project: placeOf(project) });
      return { ...summary, review: await review.counts(project) };
    },
    'dataset.versions': ({ project }) => ({ versions: dataset.versions(projects.get(project)) }),
    'dataset.scan': ({ project, grants: ids }) =>
      imports.scan(
        projects.get(project),
        ids.map((id) => grants.path(id)),
      ),
    'dataset.import': async ({ project: id, plan, options, labels: tableGrant }) => {
      const project = projects.get(id);
      const table = tableGrant === null ? null : grants.path(tableGrant);
      if (table !== null) {
        await background(tableTasks.check, { file: table, mapping: options.columns, answers: options.answers });
      }
      return jobs.start('dataset.import', { project: id }, (handle) =>
        imports.run(project, plan, options, table, handle),
      );
    },
    'dataset.readTable': ({ project: id, plan, table: tableGrant, mapping, answers, groupPattern, classNames }) => {
      const file = grants.path(tableGrant);
      if (plan === null)
        return background(tableTasks.preview, { project: place(id), file, mapping, answers, classNames });
      return imports.previewTable(projects.get(id), plan, file, { mapping, answers, groupPattern, classNames });
    },
    'dataset.readPattern': ({ project, plan, groupPattern, answers }) =>
      imports.previewPattern(projects.get(project), plan, groupPattern, answers),
    'dataset.applyTable': ({ project, table, mapping, conflicts, answers, classNames }) =>
      background(tableTasks.apply, {
        project: placeOf(projects.get(project)),
        file: grants.path(table),
        mapping,
        conflicts,
        answers,
        classNames,
      }),
    'dataset.ids': async ({ project, filter, sort }) => ({
      ids: await background(datasetTasks.imageIds, { project: place(project), filter, sort }),
    }),
    'dataset.facets': ({ project }) => background(datasetTasks.facets, { project: place(project) }),
    'dataset.images': ({ project, ids }) => ({ images: dataset.images(projects.get(project), ids) }),
    'dataset.image': ({ project, image }) => dataset.image(projects.get(project), image),
    'dataset.identifyingTags': async ({ project, image }) => ({
      tags: await dataset.identifyingTags(projects.get(project), image),
    }),
    'dataset.label': ({ project: id, images, label, reader }) => {
      const project = projects.get(id);
      if (images.length > MAX_INLINE_IMAGES)
        return background(labelTasks.label, { project: placeOf(project), images, label, reader });
      return reader === undefined ? labels.label(project, images, label) : readers.read(project, images, label, reader);
    },
    'dataset.lastAction': ({ project }) => ({ action: labels.last(projects.get(project)) }),
    'dataset.undo': ({ project, stamp }) => background(labelTasks.undo, { project: place(project), stamp }),
    'dataset.remove': ({ project, images }) =>
      images.length > MAX_INLINE_IMAGES
        ? background(labelTasks.remove, { project: place(project), images })
        : labels.remove(projects.get(project), images),
    'dataset.duplicates': async ({ project }) => ({ groups: await duplicates.list(projects.get(project)) }),
    'dataset.searchDuplicates': async ({ project: id }) => {
      const project = projects.get(id);
      await duplicates.search(project);
      await duplicates.searchFeatures(project);
      return {};
    },
    'dataset.judgeDuplicates': ({ project, images, verdict }) =>
      duplicates.judge(projects.get(project), images, verdict),
    'dataset.split': ({ project, request }) => splitting.split(projects.get(project), request),
    'dataset.splitAddition': async ({ project }) => ({ addition: await splitting.addition(projects.get(project)) }),
    'dataset.addToSplit': ({ project }) => splitting.addNew(projects.get(project)),
    'dataset.moveToSplit': ({ project, images, split }) => splitting.move(projects.get(project), images, split),
    'dataset.origins': async ({ project }) => ({ origins: await splitting.origins(projects.get(project)) }),
    'dataset.balance': async ({ project }) => ({
      balance: await background(datasetTasks.balance, { project: place(project) }),
    }),
    'dataset.report': ({ project }) => background(reportTasks.report, { project: place(project) }),
    'dataset.reportPage': async ({ project }) => ({
      html: await background(reportTasks.reportPage, { project: place(project), version: about.version }),
    }),
    'dataset.signOff': ({ project, name, reason }) => splitting.signOff(projects.get(project), name, reason),
    'dataset.withdrawSignOff': ({ project }) => splitting.withdrawSignOff(projects.get(project)),
  } satisfies DomainHandlers<'dataset'>;
};
