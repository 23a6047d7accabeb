import * as vscode from 'vscode';
import type { Translate } from '../base/translate';

export const translate: Translate = (message, ...args) => vscode.l10n.t(message, ...args);

export const setting = <T>(name: string, fallback: T): T =>
  vscode.workspace.getConfiguration('pitwall').get<T>(name) ?? fallback;
