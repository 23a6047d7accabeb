import * as vscode from 'vscode';
import { noticeLines, noticeText, visibleLines } from '../base/visible';
import type { Topic } from '../domain/display/statistics-page';

// All notifications, lists to pick from, tooltips and passing texts of the status bar go through here: much of their content
// comes from files of runs. For buttons and modal questions, the same as VS Code's own functions.

type Rest = readonly string[] | readonly [vscode.MessageOptions, ...string[]];
type Notice = (text: string, ...rest: Rest) => Thenable<string | undefined>;

export const showInformationMessage: Notice = (text, ...rest) => {
  const { options, buttons } = parts(rest);
  return vscode.window.showInformationMessage(noticeText(text), options, ...buttons);
};

export const showWarningMessage: Notice = (text, ...rest) => {
  const { options, buttons } = parts(rest);
  return vscode.window.showWarningMessage(noticeText(text), options, ...buttons);
};

export const showErrorMessage: Notice = (text, ...rest) => {
  const { options, buttons } = parts(rest);
  return vscode.window.showErrorMessage(noticeText(text), options, ...buttons);
};

function parts(rest: Rest): { readonly options: vscode.MessageOptions; readonly buttons: readonly string[] } {
  const [first, ...others] = rest;
  const buttons = others as readonly string[];
  if (first === undefined) return { options: {}, buttons: [] };
  if (typeof first === 'string') return { options: {}, buttons: [first, ...buttons] };
  const { detail } = first;
  return { options: { ...first, ...(detail !== undefined && { detail: noticeLines(detail) }) }, buttons };
}

/** In the status bar, for a moment. */
export function setStatusBarMessage(text: string, milliseconds: number): void {
  vscode.window.setStatusBarMessage(noticeText(text), milliseconds);
}

/** `icon` goes before the label, in which a file can put none. */
type Item = vscode.QuickPickItem & { readonly icon?: string };

export function showQuickPick<T extends Item>(
  items: readonly T[],
  options: vscode.QuickPickOptions,
): Thenable<T | undefined> {
  return vscode.window.showQuickPick(items.map(plainItem), plainTitle(options));
}

export function showQuickPicks<T extends Item>(
  items: readonly T[],
  options: vscode.QuickPickOptions,
): Thenable<T[] | undefined> {
  return vscode.window.showQuickPick(items.map(plainItem), { ...plainTitle(options), canPickMany: true });
}

function plainItem<T extends Item>(item: T): T {
  const { label, description, detail, icon } = item;
  const plain = noticeText(label);
  return {
    ...item,
    label: icon === undefined ? plain : `$(${icon}) ${plain}`,
    ...(description !== undefined && { description: noticeText(description) }),
    ...(detail !== undefined && { detail: noticeText(detail) }),
  };
}

const plainTitle = (options: vscode.QuickPickOptions): vscode.QuickPickOptions => ({
  ...options,
  ...(options.title !== undefined && { title: noticeText(options.title) }),
});

/** Lines of a tooltip, as text and nothing else. */
export function plainTooltip(text: string): vscode.MarkdownString {
  return new vscode.MarkdownString().appendText(visibleLines(text));
}

/** The same with a way to the paragraph on its verdict, if there is one. */
export function explainedTooltip(text: string, topic: Topic | undefined): vscode.MarkdownString {
  const tooltip = plainTooltip(text);
  if (topic === undefined) return tooltip;
  tooltip.isTrusted = { enabledCommands: [EXPLAIN] };
  const address = `command:${EXPLAIN}?${encodeURIComponent(JSON.stringify([topic]))}`;
  return tooltip.appendMarkdown(
    `\n\n[${vscode.l10n.t('What this means, and how it was checked')}](${address})`,
  );
}

const EXPLAIN = 'pitwall.explainNumbers';
