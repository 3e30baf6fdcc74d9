import type { Background, ProjectPlace, TaskName, TaskResult } from '../background/background';
import { backgroundTasks, type TaskContext } from '../background-tasks';
import type { OpenProject } from '../project/projects';

/** Tasks in the thread of the test, over the connection that it has; for tests that are not about where they run. */
export function inThisThread(
  open: (place: ProjectPlace) => OpenProject = () => {
    throw new Error('this test has no project');
  },
): Background {
  return async <Name extends TaskName>(name: Name, input: unknown) => {
    const context: TaskContext = { open, onProgress: () => {} };
    const run = backgroundTasks[name] as (input: unknown, context: TaskContext) => unknown;
    return (await run(input, context)) as TaskResult<Name>;
  };
}
