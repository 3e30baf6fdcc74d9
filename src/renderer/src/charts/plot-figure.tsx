import * as Plot from '@observablehq/plot';
import { useEffect } from 'react';
import { useWidth } from './use-width';

export interface PlotFigureProps {
  /** What the picture shows, in words. */
  readonly label: string;
  readonly build: (width: number) => Plot.PlotOptions;
}

/** Draws with Observable Plot, as wide as there is room. `build` must be stable between equal pictures. */
export function PlotFigure({ label, build }: PlotFigureProps) {
  const [holder, width] = useWidth<HTMLDivElement>();
  useEffect(() => {
    if (holder.current === null || width === 0) return;
    const figure = Plot.plot(build(width));
    // The holder says what the picture shows; Plot's names of single marks mean nothing to a screen reader.
    figure.setAttribute('aria-hidden', 'true');
    holder.current.replaceChildren(figure);
  }, [holder, width, build]);
  return <div ref={holder} role="img" aria-label={label} />;
}

/** The same picture as a stand-alone SVG file on the theme's background. */
export function plotSvg(options: Plot.PlotOptions, background: string): string {
  const figure = Plot.plot(options);
  const svg = figure instanceof SVGSVGElement ? figure : figure.querySelector('svg');
  if (svg === null) throw new Error('the chart has no image');
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('style', `background: ${background}`);
  const box = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  box.setAttribute('width', '100%');
  box.setAttribute('height', '100%');
  box.setAttribute('fill', background);
  svg.querySelector('style')?.after(box);
  return new XMLSerializer().serializeToString(svg);
}
