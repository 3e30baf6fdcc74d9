import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const backbonesHandlers = ({ backbones, grants }: Services) =>
  ({
    'backbones.list': async () => ({ backbones: await backbones.list() }),
    'backbones.import': ({ grant, name }) => backbones.importFolder(grants.path(grant), name),
    'backbones.remove': async ({ name }) => {
      await backbones.remove(name);
      return {};
    },
    'backbones.download': ({ name }) => backbones.download(name),
  }) satisfies DomainHandlers<'backbones'>;
