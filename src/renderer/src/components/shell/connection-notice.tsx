import { Alert } from '@mantine/core';
import { Unplug } from 'lucide-react';
import { useSession } from '../../state/session';

/** Web mode: reports that Fovea is not responding while the page tries to reconnect. */
export function ConnectionNotice() {
  const connected = useSession((state) => state.connected);
  if (connected) return null;
  return (
    <Alert role="status" color="orange" variant="light" radius={0} p="xs" icon={<Unplug size={16} aria-hidden />}>
      Lost the connection to Fovea. Reconnecting… If you closed Fovea, start it again and open the address it prints.
    </Alert>
  );
}
