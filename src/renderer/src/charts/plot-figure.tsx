import * as Plot from '@observablehq/plot';
import { useEffect, useRef } from 'react';
import { useWidth } from './use-width';

export interface PlotFigureProps {
  /** Description of the chart for screen readers. */
  readonly label: string;
  readonly build: (width: number) => Plot.PlotOptions;
  /** Receives a click, in the units of x and y. */
  readonly onPoint?: ((x: number, y: number) => void) | undefined;
}

/** An Observable Plot chart as wide as its container. `build` must keep its identity while the chart stays the same. */
export function PlotFigure({ label, build, onPoint }: PlotFigureProps) {
  const [holder, width] = useWidth<HTMLDivElement>();
  const latest = useRef(onPoint);
  latest.current = onPoint;
  const isClickable = onPoint !== undefined;
  useEffect(() => {
    if (holder.current === null || width === 0) return;
    const figure = Plot.plot(build(width));
    // The holder has the description; Plot's labels of single marks would only be noise in a screen reader.
    figure.setAttribute('aria-hidden', 'true');
    holder.current.replaceChildren(figure);
    if (!isClickable) return;
    const element = holder.current;
    const click = ({ clientX, clientY }: MouseEvent) => {
      const { left, top } = figure.getBoundingClientRect();
      const x = figure.scale('x')?.invert?.(clientX - left);
      const y = figure.scale('y')?.invert?.(clientY - top);
      if (typeof x === 'number' && typeof y === 'number') latest.current?.(x, y);
    };
    figure.style.cursor = 'crosshair';
    element.addEventListener('click', click);
    return () => element.removeEventListener('click', click);
  }, [holder, width, build, isClickable]);
  return <div ref={holder} role="img" aria-label={label} />;
}

/** The chart as a stand-alone SVG file on the theme's background. */
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
