import type * as vscode from 'vscode';

const EXPERIMENT = /\.train\.ya?ml$/i;
/** Names under which Ultralytics' own training arguments lie about. */
const ULTRALYTICS = /(^|[/\\])(args|cfg|default|[^/\\]*hyp[^/\\]*)\.ya?ml$/i;

export const EXPERIMENT_SELECTOR: vscode.DocumentSelector = [
  { scheme: 'file', pattern: '**/*.train.{yaml,yml}' },
  { scheme: 'file', pattern: '**/{args,cfg,default}.{yaml,yml}' },
];

export function isExperimentFile({ fileName, uri }: Pick<vscode.TextDocument, 'fileName' | 'uri'>): boolean {
  return uri.scheme === 'file' && EXPERIMENT.test(fileName);
}

export function isUltralyticsFile({ fileName, uri }: Pick<vscode.TextDocument, 'fileName' | 'uri'>): boolean {
  return uri.scheme === 'file' && ULTRALYTICS.test(fileName);
}
