import type { Background, ProjectPlace, TaskContext } from '../background/background';
import type { OpenProject } from '../project/projects';

/** Tasks in the thread of the test, over the connection that it has; for tests that are not about where they run. */
export function inThisThread(
  open: (place: ProjectPlace) => OpenProject = () => {
    throw new Error('this test has no project');
  },
): Background {
  const context: TaskContext = { open, onProgress: () => {} };
  return async (task, input) => task.run(input, context);
}
