import type { Services } from '../../services/services';
import type { DomainHandlers } from '../handle';

export const backbonesHandlers = ({ backbones, grants }: Services) =>
  ({
    'backbones.list': async () => ({ backbones: await backbones.list() }),
    'backbones.import': ({ grants: given, name }) =>
      backbones.import(
        given.map((grant) => grants.path(grant)),
        name,
      ),
    'backbones.remove': async ({ name }) => {
      await backbones.remove(name);
      return {};
    },
    'backbones.download': ({ name }) => backbones.download(name),
    'backbones.recommend': () => backbones.recommend(),
    'backbones.measure': async () => {
      await backbones.measure();
      return {};
    },
    'backbones.document': async ({ name, file }) => ({ text: await backbones.document(name, file) }),
  }) satisfies DomainHandlers<'backbones'>;
