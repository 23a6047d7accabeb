import * as vscode from 'vscode';
import type { KeySpec } from '../../domain/experiment/key-spec';
import { keySpec } from '../../domain/experiment/key-table';
import { scheduleSvg } from '../../domain/schedule/svg';
import {
  DARK_COLOURS,
  HIGH_CONTRAST_COLOURS,
  LIGHT_COLOURS,
  type SvgColours,
} from '../../domain/schedule/svg-frame';
import { highlightOf } from '../../domain/schedule/svg-highlight';
import { formatCount, formatPercent, formatRate } from '../../domain/view/format';
import type { Services } from '../services';
import { setting } from '../window';
import { keyAt } from './key-at';
import { type Plan, planOf } from './plan';

/** On a schedule key: the very curve that training will apply, its numbers in words, and the advice. */
export class ScheduleHover implements vscode.HoverProvider {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.Hover | undefined> {
    if (!setting('hover.enabled', true)) return undefined;
    const at = keyAt(document, position);
    const spec = at && keySpec(at.key);
    if (!at || !spec) return undefined;
    const plan = spec.shapesSchedule ? await this.#plan(document) : undefined;
    const text = new vscode.MarkdownString('', true);
    if (plan) appendCurve(text, plan, at.key);
    appendDocumentation(text, spec);
    return new vscode.Hover(text, at.range);
  }

  /** A text that is being typed may be anything; then there is no picture, and no error either. */
  async #plan(document: vscode.TextDocument): Promise<Plan | undefined> {
    try {
      return await planOf(document);
    } catch (error) {
      this.#services.log.debug(`no plan of ${document.fileName}: ${String(error)}`);
      return undefined;
    }
  }
}

function appendCurve(text: vscode.MarkdownString, plan: Plan, key: string): void {
  const colours = coloursOf(vscode.window.activeColorTheme.kind);
  const svg = scheduleSvg(plan.schedule, { ...PICTURE, colours, highlight: highlightOf(key) });
  const words = describe(plan);
  // Hovers show SVG only as an image; inline SVG is not rendered (vscode#212565). The words say the same.
  text.appendMarkdown(
    `![${words.replace(/[[\]]/g, '')}](data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')})\n\n${words}\n\n`,
  );
  for (const { message, severity } of adviceOn(plan, key)) {
    text
      .appendMarkdown(severity === 'info' ? '- ' : '- $(warning) ')
      .appendText(message)
      .appendMarkdown('\n');
  }
  if (plan.note !== undefined) text.appendMarkdown('- ').appendText(plan.note).appendMarkdown('\n');
}

/** What is about the hovered key, and every warning. */
function adviceOn(plan: Plan, key: string): Plan['advice'] {
  return plan.advice.filter((advice) => advice.key === key || advice.severity !== 'info');
}

function describe({ schedule, images }: Plan): string {
  const { steps, warmupSteps, stepsPerEpoch } = schedule;
  const { t } = vscode.l10n;
  const peak = schedule.lrAt(Math.min(warmupSteps, steps - 1), 0);
  const warmup =
    warmupSteps === 0
      ? t('No warm-up.')
      : t(
          'Warm-up {0} steps, {1} of the run.',
          formatCount(warmupSteps),
          formatPercent(warmupSteps / steps, 1),
        );
  const size = t(
    '{0} images make {1} steps per epoch, {2} in all.',
    formatCount(images),
    formatCount(stepsPerEpoch),
    formatCount(steps),
  );
  const rates = t(
    'LR {0} after warm-up, {1} at the end.',
    formatRate(peak),
    formatRate(schedule.lrAt(steps - 1, 0)),
  );
  return `${warmup} ${rates} ${size}`;
}

function appendDocumentation(text: vscode.MarkdownString, { key, doc, default: standard }: KeySpec): void {
  text.appendMarkdown('\n\n---\n\n');
  text.appendMarkdown(`**\`${key}\`** `).appendText(doc);
  if (standard !== null && standard !== undefined) {
    text.appendMarkdown(`  \n_${vscode.l10n.t('Default: {0}', JSON.stringify(standard))}_`);
  }
}

const PICTURE = { width: 420, height: 170 } as const;

function coloursOf(kind: vscode.ColorThemeKind): SvgColours {
  if (kind === vscode.ColorThemeKind.Light) return LIGHT_COLOURS;
  return kind === vscode.ColorThemeKind.Dark ? DARK_COLOURS : HIGH_CONTRAST_COLOURS;
}
