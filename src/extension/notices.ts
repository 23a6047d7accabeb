import * as vscode from 'vscode';
import { noticeLines, noticeText } from '../base/visible';

// All notifications and passing texts of the status bar go through here: much of their content comes from files of
// runs. For buttons and modal questions, the same as VS Code's own functions.

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
