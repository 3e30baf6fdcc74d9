import { Box, Button, Text } from '@mantine/core';
import { FlaskConical } from 'lucide-react';
import { useState } from 'react';
import { invoke } from '../../bridge/bridge';
import { ErrorAlert } from '../../components/error-alert';
import { ProgressCard } from '../../components/progress-card';
import { jobEnd, useActivity } from '../../state/activity';
import { enterProject } from '../../state/open-project';
import { useCommand } from '../../state/requests';
import { useSession } from '../../state/session';
import { showToast } from '../../state/toasts';
import classes from './projects.module.css';

/** Makes and opens the sample project, with its progress while it is being made. */
export function SampleProject() {
  const [error, setError] = useState<unknown>(null);
  const [starting, setStarting] = useState(false);
  const cancel = useCommand('jobs.cancel');
  const job = useActivity((state) =>
    Object.values(state.jobs).find(({ kind, state: going }) => kind === 'sample' && going === 'running'),
  );
  const start = async () => {
    setError(null);
    setStarting(true);
    const before = useSession.getState().project?.id;
    try {
      const { job: id } = await invoke('projects.sample', {});
      const ended = await jobEnd(id);
      if (ended === null) return;
      const sample = await invoke('projects.sampleResult', { job: id });
      // Whoever went on to another project meanwhile is left there.
      if (useSession.getState().project?.id === before) enterProject(sample);
      else
        showToast({
          message: 'The sample project is ready',
          action: { label: 'Open', run: () => enterProject(sample) },
        });
    } catch (reason) {
      setError(reason);
    } finally {
      setStarting(false);
    }
  };
  if (job !== undefined) {
    return (
      <ProgressCard
        title="Making the sample project"
        phase={job.phase}
        done={job.done}
        total={job.total}
        rate={job.rate}
        etaSeconds={job.etaSeconds}
        onCancel={() => cancel.mutate({ job: job.id })}
      />
    );
  }
  return (
    <>
      {error !== null && <ErrorAlert error={error} onClose={() => setError(null)} />}
      <div className={classes['sample']}>
        <FlaskConical
          size={22}
          strokeWidth={1.5}
          aria-hidden
          color="var(--fovea-accent-text)"
          style={{ flex: 'none' }}
        />
        <Box flex={1}>
          <Text fw={600}>No images at hand?</Text>
          <Text c="dimmed" size="xs">
            The sample project has about 240 ultrasound-like DICOM images of 60 invented patients in three classes, made
            on this machine in a few seconds. Nothing is downloaded.
          </Text>
        </Box>
        <Button variant="light" loading={starting} onClick={start}>
          Try the sample project
        </Button>
      </div>
    </>
  );
}
