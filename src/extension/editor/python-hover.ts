import * as vscode from 'vscode';
import { keySpec } from '../../domain/experiment/key-table';
import { findSchedule, type PythonFinding } from '../../domain/python/find';
import { summarize } from '../../domain/schedule/summary';
import type { Schedule } from '../../domain/schedule/types';
import { formatCount, formatPercent, formatRate } from '../../domain/view/format';
import type { Services } from '../services';
import { translate } from '../window';
import { appendCurve, appendDocumentation } from './hover';
import { appendPicture } from './picture';
import { planOfText, unlessCancelled } from './plan';
import { PythonTexts } from './python-texts';

/** About five thousand lines. */
const MOST_CHARACTERS = 200_000;

/** What was found in one version of a document, by place. */
type Seen = {
  readonly version: number;
  readonly found: Map<string, Promise<vscode.Hover>>;
  last?: vscode.Hover;
};

/** On a scheduler, or a call that trains, in Python: the curve, what was assumed for it, and advice. Python is never run. */
export class PythonHover implements vscode.HoverProvider, vscode.Disposable {
  readonly #services: Services;
  readonly #texts: PythonTexts;
  readonly #seen = new WeakMap<vscode.TextDocument, Seen>();

  constructor(services: Services, folder: string) {
    this.#services = services;
    this.#texts = new PythonTexts(folder);
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    try {
      return await unlessCancelled(this.#hover(document, position), token);
    } catch (error) {
      this.#services.log.warn(`no hover in ${document.fileName}: ${String(error)}`);
      return undefined;
    }
  }

  async #hover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    // Parsing one so large for the first time would hold up everything else for a second.
    if (document.getText().length > MOST_CHARACTERS) return undefined;
    const python = await this.#texts.open(document);
    const finding = findSchedule(python.root, document.offsetAt(position), translate);
    const seen = this.#seenOf(document);
    if (finding === undefined) {
      // While someone types, the last picture of the place stays.
      return python.hasErrors && seen.last?.range?.contains(position) ? seen.last : undefined;
    }
    const theme = vscode.window.activeColorTheme.kind;
    const key = [finding.start, finding.end, finding.highlight, keyOf(finding), theme].join();
    const hover = seen.found.get(key) ?? hoverOf(document, finding);
    seen.found.set(key, hover);
    seen.last = await hover;
    return seen.last;
  }

  #seenOf(document: vscode.TextDocument): Seen {
    const seen = this.#seen.get(document);
    if (seen?.version === document.version) return seen;
    const fresh: Seen = {
      version: document.version,
      found: new Map(),
      ...(seen?.last && { last: seen.last }),
    };
    this.#seen.set(document, fresh);
    return fresh;
  }

  dispose(): void {
    this.#texts.dispose();
  }
}

function keyOf(finding: PythonFinding): string | undefined {
  return finding.kind === 'train' ? finding.key : undefined;
}

async function hoverOf(document: vscode.TextDocument, finding: PythonFinding): Promise<vscode.Hover> {
  const text = new vscode.MarkdownString('', true);
  if (finding.kind === 'train') await appendTraining(text, document, finding);
  else appendScheduler(text, finding.schedule, finding);
  for (const note of finding.notes) text.appendMarkdown('- ').appendText(note).appendMarkdown('\n');
  const range = new vscode.Range(document.positionAt(finding.start), document.positionAt(finding.end));
  return new vscode.Hover(text, range);
}

type Train = Extract<PythonFinding, { kind: 'train' }>;

async function appendTraining(
  text: vscode.MarkdownString,
  document: vscode.TextDocument,
  { experiment, key = 'lr0' }: Train,
): Promise<void> {
  const plan = await planOfText(experiment, document.fileName);
  appendCurve(text, plan, key);
  const spec = keySpec(key);
  if (spec) appendDocumentation(text, spec, 'ultralytics');
  text.appendMarkdown('\n\n');
}

function appendScheduler(
  text: vscode.MarkdownString,
  schedule: Schedule,
  { highlight }: PythonFinding,
): void {
  appendPicture(text, { schedule, highlight, words: describe(schedule) });
}

function describe(schedule: Schedule): string {
  const { t } = vscode.l10n;
  const { steps, warmupSteps } = schedule;
  const { start, peak, final, brokenAt } = summarize(schedule);
  const warmup =
    warmupSteps === 0
      ? t('No warm-up.')
      : t(
          'Warm-up {0} steps, {1} of the run.',
          formatCount(warmupSteps),
          formatPercent(warmupSteps / steps, 1),
        );
  const rates = t(
    'LR {0} at first, {1} at its peak (step {2}), {3} at the end of {4} steps.',
    formatRate(start),
    formatRate(peak.lr),
    formatCount(peak.step),
    formatRate(final),
    formatCount(steps),
  );
  const broken =
    brokenAt === undefined ? '' : ` ${t('The LR is no finite number at step {0}.', formatCount(brokenAt))}`;
  return `${warmup} ${rates}${broken}`;
}
