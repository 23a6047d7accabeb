import * as vscode from 'vscode';
import type { Problem } from '../../base/problem';
import { say } from '../../base/words';
import { formatCount } from '../../domain/display/format';
import { expectedWords, type KnownKeys, keyAt, keyDoc } from '../../domain/experiment/describe-value';
import type { AdviceProblem } from '../../domain/experiment/editor-hints';
import type { KeySpec } from '../../domain/experiment/key-spec';
import type { TrainerKind } from '../../domain/experiment/types';
import { highlightOf } from '../../domain/schedule/svg';
import type { Services } from '../services';
import { translate } from '../window';
import { describePlan } from './describe-curve';
import { type EditorPlan, planOf, unlessCancelled } from './editor-plan';
import { appendPicture } from './picture';

/** On a schedule key: the very curve that training will apply, its numbers in words, and the advice. */
export async function scheduleHover(
  services: Services,
  document: vscode.TextDocument,
  position: vscode.Position,
  token: vscode.CancellationToken,
): Promise<vscode.Hover | undefined> {
  const at = keyAt(document.getText(), document.offsetAt(position));
  if (!at) return undefined;
  const { spec } = at;
  const plan = spec.shapesSchedule ? await unlessCancelled(tryPlan(services, document), token) : undefined;
  const text = new vscode.MarkdownString('', true);
  if (plan) appendCurve(text, plan, spec.key);
  appendDocumentation(text, spec, plan?.parsed.draft.trainer);
  const range = new vscode.Range(document.positionAt(at.range.start), document.positionAt(at.range.end));
  return new vscode.Hover(text, range);
}

/** What a key of another kind of file is; `more` says what else there is to say of it. */
export function keyHover(
  document: vscode.TextDocument,
  position: vscode.Position,
  known: KnownKeys,
  more: (key: string) => string = () => '',
): vscode.Hover | undefined {
  const at = keyAt(document.getText(), document.offsetAt(position), known);
  if (!at) return undefined;
  const text = new vscode.MarkdownString('', true);
  appendDocumentation(text, at.spec);
  const further = more(at.entry.key);
  if (further !== '') text.appendMarkdown('\n\n').appendText(further);
  const { start, end } = at.range;
  return new vscode.Hover(text, new vscode.Range(document.positionAt(start), document.positionAt(end)));
}

/** A text that is being typed may be anything; then there is no picture, and no error either. */
async function tryPlan({ log }: Services, document: vscode.TextDocument): Promise<EditorPlan | undefined> {
  try {
    return await planOf(document);
  } catch (error) {
    log.debug(`no plan of ${document.fileName}: ${String(error)}`);
    return undefined;
  }
}

/** The plan's curve with its numbers in words, and the advice about a key. */
export function appendCurve(text: vscode.MarkdownString, plan: EditorPlan, key: string): void {
  appendPicture(text, { schedule: plan.schedule, highlight: highlightOf(key), words: describe(plan) });
  for (const problem of adviceOn(plan, key)) appendAdvice(text, problem);
  for (const note of plan.notes) text.appendMarkdown('- ').appendText(note).appendMarkdown('\n');
}

/** What is about the hovered key, and every warning. */
function adviceOn({ problems, advice }: EditorPlan, key: string): readonly (Problem | AdviceProblem)[] {
  return [...problems.filter((problem) => problem.key === key), ...advice].filter(
    (problem) => problem.key === key || problem.severity !== 'info',
  );
}

/** The advice, its reason and its source, so that it can be checked. */
function appendAdvice(text: vscode.MarkdownString, problem: Problem | AdviceProblem): void {
  text.appendMarkdown(problem.severity === 'info' ? '- ' : '- $(warning) ').appendText(problem.message);
  if ('reason' in problem) {
    const [reason, source] = [say(problem.reason, translate), say(problem.source, translate)];
    text
      .appendMarkdown('  \n  _')
      .appendText(reason)
      .appendMarkdown('_ (')
      .appendText(source)
      .appendMarkdown(')');
  }
  text.appendMarkdown('\n');
}

function describe({ schedule, images, counts }: EditorPlan): string {
  const mark = counts.assumed === undefined ? '' : '~';
  const texts = { images: mark + formatCount(images), version: counts.ultralyticsVersion };
  return describePlan(schedule, texts, translate);
}

export function appendDocumentation(
  text: vscode.MarkdownString,
  spec: KeySpec,
  trainer: TrainerKind = 'builtin',
): void {
  const { t } = vscode.l10n;
  const doc = keyDoc(spec, trainer);
  const expected = say(expectedWords(spec), translate);
  text.appendMarkdown('\n\n---\n\n');
  text.appendMarkdown(`**\`${doc.title}\`** `).appendText(t(doc.text));
  if (doc.onlyFor) text.appendMarkdown('  \n').appendText(t('Used by {0}.', doc.onlyFor.join(', ')));
  text.appendMarkdown('  \n').appendText(t('Takes {0}; default {1}.', expected, doc.fallback));
}
