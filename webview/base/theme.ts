import type { Colour } from '../../src/protocol/dashboard/types';
import type { ChartTheme } from '../charts/spec';

const CHART_VARIABLES: Readonly<Record<Colour, readonly [variable: string, fallback: string]>> = {
  blue: ['--vscode-charts-blue', '#3794ff'],
  red: ['--vscode-charts-red', '#f14c4c'],
  green: ['--vscode-charts-green', '#89d185'],
  purple: ['--vscode-charts-purple', '#b180d7'],
  yellow: ['--vscode-charts-yellow', '#cca700'],
  grey: ['--vscode-descriptionForeground', '#9d9d9d'],
};

/** Values of the editor's theme that a canvas needs and cannot inherit. */
export function readTheme(): ChartTheme {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string, fallback: string): string => style.getPropertyValue(name).trim() || fallback;
  const colours = Object.entries(CHART_VARIABLES).map(([colour, [name, fallback]]) => [
    colour,
    read(name, fallback),
  ]);
  return {
    foreground: read('--vscode-foreground', '#cccccc'),
    muted: read('--vscode-descriptionForeground', '#9d9d9d'),
    background: read('--vscode-editor-background', '#1e1e1e'),
    hover: read('--vscode-editorHoverWidget-background', '#252526'),
    hoverBorder: read('--vscode-editorHoverWidget-border', '#454545'),
    font: read('--vscode-font-family', 'sans-serif'),
    colours: Object.fromEntries(colours) as Record<Colour, string>,
    isHighContrast: document.body.className.includes('high-contrast'),
  };
}

/** The editor swaps variables and the body's class in place; both are watched. */
export function onThemeChange(listener: () => void): void {
  const observer = new MutationObserver(() => listener());
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}
