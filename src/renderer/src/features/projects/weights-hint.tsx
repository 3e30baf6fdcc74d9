import { Box, Button, Text } from '@mantine/core';
import { Package } from 'lucide-react';
import { useRequest } from '../../state/requests';
import { useSession } from '../../state/session';
import classes from './projects.module.css';

/** Leads to the weights page while this computer has no pretrained weights. */
export function WeightsHint() {
  const go = useSession((state) => state.go);
  const backbones = useRequest('backbones.list', {}).data?.backbones;
  if (backbones === undefined || backbones.some(({ installed, pretrained }) => installed && pretrained)) return null;
  return (
    <div className={classes['sample']}>
      <Package size={22} strokeWidth={1.5} aria-hidden color="var(--fovea-accent-text)" style={{ flex: 'none' }} />
      <Box flex={1}>
        <Text fw={600}>No pretrained weights yet?</Text>
        <Text c="dimmed" size="xs">
          A model that starts from pretrained weights learns from hundreds of images in minutes. Download them with one
          click, or bring them from another computer.
        </Text>
      </Box>
      <Button variant="light" onClick={() => go('weights')}>
        Get weights
      </Button>
    </div>
  );
}
