import { create } from 'zustand';
import type { BackboneSummary } from '#shared/models/backbone';

/** The backbone that a person imported, downloaded or chose last in this window; forms for new runs take it over. */
export const useChosenBackbone = create<{ readonly chosen: { readonly name: string } | null }>(() => ({
  chosen: null,
}));

export const chooseBackbone = ({ name }: Pick<BackboneSummary, 'name'>): void =>
  useChosenBackbone.setState({ chosen: { name } });
