import type { EventName, RequestName } from './contract';

// The names alone, without zod: a sandboxed preload cannot load packages. `Record` makes a missing or a surplus name a
// compile error.

const requestTable: Record<RequestName, true> = {
  'app.info': true,
  'app.devices': true,
  'settings.get': true,
  'settings.set': true,
  'platform.pick': true,
  'platform.browse': true,
  'platform.grant': true,
  'projects.list': true,
  'projects.create': true,
  'projects.open': true,
  'projects.reopen': true,
  'projects.forget': true,
  'projects.sample': true,
  'projects.sampleResult': true,
  'jobs.list': true,
  'jobs.cancel': true,
  'dataset.summary': true,
  'dataset.scan': true,
  'dataset.import': true,
  'dataset.importResult': true,
  'dataset.ids': true,
  'dataset.images': true,
  'dataset.image': true,
  'dataset.identifyingTags': true,
  'dataset.label': true,
  'dataset.undo': true,
  'dataset.remove': true,
  'dataset.split': true,
  'dataset.moveToSplit': true,
  'backbones.list': true,
  'backbones.import': true,
  'backbones.remove': true,
  'backbones.download': true,
  'runs.preview': true,
  'runs.list': true,
  'runs.start': true,
  'runs.get': true,
  'runs.progress': true,
  'runs.log': true,
  'runs.pause': true,
  'runs.resume': true,
  'runs.stop': true,
  'runs.remove': true,
  'evaluations.start': true,
  'evaluations.get': true,
  'evaluations.cases': true,
  'evaluations.report': true,
  'predictions.start': true,
  'predictions.list': true,
  'predictions.clear': true,
  'exports.start': true,
  'exports.result': true,
};

const eventTable: Record<EventName, true> = {
  job: true,
  'run.progress': true,
  'run.log': true,
  'project.changed': true,
};

export const requestNames = Object.keys(requestTable) as readonly RequestName[];
export const eventNames = Object.keys(eventTable) as readonly EventName[];
