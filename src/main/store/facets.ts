import type { Facets } from '#shared/models/dataset';
import { countBy, countFlags } from './dataset-figures';
import type { ProjectStore } from './open';
import { originSql } from './origins';

/** The names of `sexName`: (0010,0040) is M, F or O, and tables contain words. */
export const SEX_SQL = `CASE lower(trim(sex)) WHEN 'f' THEN 'Female' WHEN 'female' THEN 'Female' WHEN 'woman' THEN 'Female'
  WHEN 'm' THEN 'Male' WHEN 'male' THEN 'Male' WHEN 'man' THEN 'Male' WHEN 'o' THEN 'Other' WHEN 'other' THEN 'Other'
  ELSE trim(sex) END`;

/** Values that images can be filtered by besides class, split and patient, without unknown ones. */
export function imageFacets(store: ProjectStore): Facets {
  const known = (expression: string) => countBy(store, expression).filter(({ value }) => value !== 'not known');
  return { flags: countFlags(store), sexes: known(SEX_SQL), sites: known(originSql('site')) };
}
