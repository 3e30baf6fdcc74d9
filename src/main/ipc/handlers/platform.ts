import { FoveaError } from '#shared/ipc/errors';
import type { DomainHandlers, Handler } from '../handle';

/** The file requests that desktop and web mode handle differently. */
export type PlatformHandlers = DomainHandlers<'platform'>;

const unsupported = (what: string) => () => {
  throw new FoveaError('not_here', `${what} in this mode of Fovea.`);
};

/** Desktop: native dialogs; the page cannot name paths. */
export const desktopPlatform = (pick: Handler<'platform.pick'>): PlatformHandlers => ({
  'platform.pick': pick,
  'platform.browse': unsupported('Folders are not listed'),
  'platform.grant': unsupported('Paths are not taken'),
});

/** Browser tab: the window's own picker over the folders of the machine that runs Fovea. */
export const webPlatform = (browsing: Omit<PlatformHandlers, 'platform.pick'>): PlatformHandlers => ({
  'platform.pick': unsupported('There are no native dialogs'),
  ...browsing,
});
