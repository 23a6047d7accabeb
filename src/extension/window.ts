import * as vscode from 'vscode';
import type { Translate } from '../base/translate';
import { noticeText } from '../base/visible';

export const translate: Translate = (message, ...args) => vscode.l10n.t(message, ...args);

export const setting = <T>(name: string, fallback: T): T =>
  vscode.workspace.getConfiguration('pitwall').get<T>(name) ?? fallback;

/** A task that a person waits for, with its last line shown and a button that aborts `signal`. */
export function withCancel<T>(
  title: string,
  task: (report: (message: string, increment?: number) => void, signal: AbortSignal) => Promise<T>,
): Thenable<T> {
  const notice = vscode.ProgressLocation.Notification;
  const options = { location: notice, title: noticeText(title), cancellable: true };
  return vscode.window.withProgress(options, (progress, token) => {
    const stop = new AbortController();
    token.onCancellationRequested(() => stop.abort());
    return task(
      (message, increment) => progress.report({ message: noticeText(message), increment }),
      stop.signal,
    );
  });
}
