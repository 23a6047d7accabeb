import * as vscode from 'vscode';
import { scheduleSvg } from '../../domain/schedule/svg';
import {
  DARK_COLOURS,
  HIGH_CONTRAST_COLOURS,
  HIGH_CONTRAST_LIGHT_COLOURS,
  type Highlight,
  HOVER_SIZE,
  LIGHT_COLOURS,
  type SvgColours,
} from '../../domain/schedule/svg-frame';
import type { Schedule } from '../../domain/schedule/types';
import { translate } from '../window';

export type CurvePicture = {
  readonly schedule: Schedule;
  readonly highlight: Highlight;
  /** What the picture shows, for those who cannot see it. */
  readonly words: string;
};

/** A curve in a hover, in the colours of the theme, and the same in words. */
export function appendPicture(
  text: vscode.MarkdownString,
  { schedule, highlight, words }: CurvePicture,
): void {
  const svg = scheduleSvg(schedule, { ...HOVER_SIZE, colours: themeColours(), highlight, t: translate });
  appendSvg(text, svg, words);
}

/** A drawn curve, and the same in words. */
export function appendSvg(text: vscode.MarkdownString, svg: string, words: string): void {
  // Hovers show SVG only as an image; inline SVG is not rendered (vscode#212565). The words say the same.
  text.appendMarkdown(
    `![${words.replace(/[[\]]/g, '')}](data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')})\n\n${words}\n\n`,
  );
}

export function themeColours(): SvgColours {
  return THEMES[vscode.window.activeColorTheme.kind];
}

const THEMES: Readonly<Record<vscode.ColorThemeKind, SvgColours>> = {
  [vscode.ColorThemeKind.Light]: LIGHT_COLOURS,
  [vscode.ColorThemeKind.Dark]: DARK_COLOURS,
  [vscode.ColorThemeKind.HighContrast]: HIGH_CONTRAST_COLOURS,
  [vscode.ColorThemeKind.HighContrastLight]: HIGH_CONTRAST_LIGHT_COLOURS,
};
