import type { Background, ProjectPlace, TaskContext } from '../background/background';
import type { OpenProject } from '../project/projects';

/** Runs tasks in the thread of the test with its own connection, for tests that are not about threads. */
export function inThisThread(
  open: (place: ProjectPlace) => OpenProject = () => {
    throw new Error('this test has no project');
  },
): Background {
  const context: TaskContext = { open, onProgress: () => {} };
  return async (task, input) => task.run(input, context);
}
