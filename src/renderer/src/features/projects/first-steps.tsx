import { Box, Text, Title } from '@mantine/core';
import { FolderPlus, Images, type LucideIcon, ScanSearch, TrendingUp, Zap } from 'lucide-react';
import classes from './projects.module.css';

const steps: readonly { icon: LucideIcon; title: string; text: string }[] = [
  { icon: FolderPlus, title: 'Create a project', text: 'One folder on this computer for labels, runs and results.' },
  { icon: Images, title: 'Add images', text: 'Drop folders of DICOM, PNG or JPEG. Class folders become labels.' },
  {
    icon: Zap,
    title: 'Train',
    text: 'Choose a Vision Transformer and a preset. You can see and change every setting.',
  },
  {
    icon: TrendingUp,
    title: 'Evaluate',
    text: 'Accuracy, recall and AUC with intervals, on patients the model has not seen.',
  },
  {
    icon: ScanSearch,
    title: 'Predict',
    text: 'Drop a new file to see its class probabilities and where the model looked.',
  },
];

/** Shown on first start: the five steps from images to results. */
export function FirstSteps() {
  return (
    <Box>
      <Title order={2} mb={4}>
        From a folder of images to a tested classifier
      </Title>
      <Text c="dimmed" mb="md" maw={640}>
        Everything runs on this computer. No image, label or result leaves it.
      </Text>
      <ol className={classes['steps']}>
        {steps.map(({ icon: Icon, title, text }, index) => (
          <li key={title} className={classes['step']}>
            <Icon size={20} strokeWidth={1.5} aria-hidden className={classes['stepIcon']} />
            <Text fw={600}>
              {index + 1}. {title}
            </Text>
            <Text size="xs" c="dimmed">
              {text}
            </Text>
          </li>
        ))}
      </ol>
    </Box>
  );
}
