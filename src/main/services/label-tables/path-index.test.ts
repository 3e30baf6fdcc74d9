import { describe, expect, it } from 'vitest';
import { indexPaths, pathParts } from './path-index';

const index = (...paths: string[]) => indexPaths(paths.map((path) => ({ path })));
const found = (paths: readonly string[], file: string, root?: string) => index(...paths).find(file, root)?.entry.path;

it('reads paths of any system', () => {
  for (const path of ['a/b/c.png', 'A\\B\\c.PNG', './a/./b//c.png', 'C:\\a\\x\\..\\b\\c.png', '\\\\a\\b\\c.png']) {
    expect(pathParts(path)).toEqual(['a', 'b', 'c.png']);
  }
});

describe('indexPaths', () => {
  // The bug: the table had ten rows for siteA, whose files were missing, and all ten labels went to the files of siteB.
  it.each([
    'siteA/img010.png',
    'siteA\\img010.png',
    './SiteA/IMG010.png',
    'D:\\export\\siteA\\img010.png',
    '/mnt/nas/study/siteA/img010.png',
    'siteA/img010',
  ])('never crosses folders that both sides name: %s', (path) => {
    expect(found([path], 'siteB/img010.png', '/home/me/study')).toBeUndefined();
    expect(found([path], 'deep/siteB/img010.png')).toBeUndefined();
    expect(found([path], 'siteA/img010.png', '/home/me/study')).toBe(path);
  });

  it('matches a bare name in any folder, and a file without folders to a longer path', () => {
    expect(found(['img010.png'], 'siteB/img010.png')).toBe('img010.png');
    expect(found(['x/img010.png', 'img010.png'], 'siteB/img010.png')).toBe('img010.png');
    expect(found(['D:\\old place\\img010.png'], 'img010.png')).toBe('D:\\old place\\img010.png');
  });

  it('includes the imported folder in the path if the table distinguishes folders', () => {
    const sites = ['siteA/img010.png', 'siteB/img010.png'];
    expect(found(sites, 'img010.png', '/data/siteB')).toBe('siteB/img010.png');
    expect(found(sites, 'img010.png', '/data/siteC')).toBeUndefined();
    expect(found(['siteA/img010.png', 'siteB/img011.png'], 'img010.png', '/data/siteB')).toBeUndefined();
    expect(found(sites, 'img010.png')).toBeUndefined();
    expect(found(['siteA/img010.png', 'siteA/img011.png'], 'img010.png', '/data/siteB')).toBeUndefined();
    const site = index('C:\\siteA\\img010.png', 'C:\\siteA\\img011.png');
    expect(site.find('img010.png', '/data/siteB')).toMatchObject({ foreign: true, whole: false });
    expect(site.find('img010.png', '/data/siteA')).toMatchObject({ foreign: false, whole: true });
  });

  it('ignores where another machine kept the files', () => {
    const paths = ['/mnt/x/busi/benign/1.png', '/mnt/x/busi/malignant/1.png'];
    expect(found(paths, 'benign/1.png', '/home/me/pictures')).toBe(paths[0]);
    expect(found(paths, 'malignant/1.png', 'C:\\busi')).toBe(paths[1]);
    expect(found(paths, 'normal/1.png', '/mnt/x/busi')).toBeUndefined();
  });
});
