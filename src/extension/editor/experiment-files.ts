import type * as vscode from 'vscode';

const EXPERIMENT = /\.train\.ya?ml$/i;
/** Usual file names of Ultralytics' own training arguments. */
const ULTRALYTICS = /(^|[/\\])(args|cfg|default|[^/\\]*hyp[^/\\]*)\.ya?ml$/i;

export const EXPERIMENT_SELECTOR: vscode.DocumentSelector = [
  { scheme: 'file', pattern: '**/*.train.{yaml,yml}' },
  { scheme: 'file', pattern: '**/{args,cfg,default,*hyp*}.{yaml,yml}' },
];

export function isExperimentFile({ fileName, uri }: Pick<vscode.TextDocument, 'fileName' | 'uri'>): boolean {
  return uri.scheme === 'file' && EXPERIMENT.test(fileName);
}

type Named = Pick<vscode.TextDocument, 'fileName' | 'uri'>;

const SWEEP = /\.sweep\.ya?ml$/i;
export const SWEEP_SELECTOR: vscode.DocumentSelector = [{ scheme: 'file', pattern: '**/*.sweep.{yaml,yml}' }];

export const isSweepFile = ({ fileName, uri }: Named): boolean =>
  uri.scheme === 'file' && SWEEP.test(fileName);

/** Of a project, or the user's own in its usual place. */
const TARGETS =
  /[/\\](\.pitwall|(state|Application Support|AppData[/\\]Local)[/\\]pitwall)[/\\]targets\.yaml$/i;
export const TARGETS_SELECTOR: vscode.DocumentSelector = [
  { scheme: 'file', pattern: '**/{.pitwall,pitwall}/targets.yaml' },
];

export const isTargetsFile = ({ fileName, uri }: Named): boolean =>
  uri.scheme === 'file' && TARGETS.test(fileName);

/** Files of ours that are not a training config. */
export const isOtherFile = (document: Named): boolean => isSweepFile(document) || isTargetsFile(document);

export function isUltralyticsFile({ fileName, uri }: Pick<vscode.TextDocument, 'fileName' | 'uri'>): boolean {
  return uri.scheme === 'file' && ULTRALYTICS.test(fileName);
}

/**
 * A text that the editor helps with: an experiment, or a file of such a name that really holds Ultralytics' arguments.
 */
export function isTrainingConfig(
  document: Pick<vscode.TextDocument, 'fileName' | 'uri'> & { getText(): string },
): boolean {
  return isExperimentFile(document) || (isUltralyticsFile(document) && isUltralyticsText(document.getText()));
}

/** Other programs have a cfg.yaml as well: two keys that hardly any other program has distinguish them. */
export function isUltralyticsText(text: string): boolean {
  return (text.match(TELLING) ?? []).length >= 2;
}

const TELLING =
  /^(lr0|lrf|imgsz|warmup_(epochs|momentum|bias_lr)|close_mosaic|hsv_[hsv]|fliplr|cos_lr)[ \t]*:/gm;
