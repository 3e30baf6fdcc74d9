import { Box, Button, Text } from '@mantine/core';
import { FlaskConical } from 'lucide-react';
import { ErrorAlert } from '../../components/error-alert';
import { JobCard } from '../../components/job-card';
import { useJob } from '../../state/jobs';
import { enterProject } from '../../state/open-project';
import { useSession } from '../../state/session';
import { showToast } from '../../state/toasts';
import classes from './projects.module.css';

/** Creates and opens the sample project, showing progress meanwhile. */
export function SampleProject() {
  const { job, running, error, ...work } = useJob('projects.sample');
  const start = async () => {
    const before = useSession.getState().project?.id;
    const sample = await work.start({});
    if (sample === null) return;
    // Stays in the current project if another one was opened meanwhile.
    if (useSession.getState().project?.id === before) enterProject(sample);
    else {
      showToast({ message: 'The sample project is ready', action: { label: 'Open', run: () => enterProject(sample) } });
    }
  };
  if (job !== null) return <JobCard job={job} title="Creating the sample project" onCancel={work.cancel} />;
  return (
    <>
      {error !== null && <ErrorAlert error={error} onClose={work.clearError} />}
      <div className={classes['sample']}>
        <FlaskConical
          size={22}
          strokeWidth={1.5}
          aria-hidden
          color="var(--fovea-accent-text)"
          style={{ flex: 'none' }}
        />
        <Box flex={1}>
          <Text fw={600}>No images yet?</Text>
          <Text c="dimmed" size="xs">
            The sample project has about 240 synthetic, ultrasound-like DICOM images of 60 invented patients in three
            classes. It is generated on this computer in a few seconds; nothing is downloaded.
          </Text>
        </Box>
        <Button variant="light" loading={running} onClick={start}>
          Try the sample project
        </Button>
      </div>
    </>
  );
}
