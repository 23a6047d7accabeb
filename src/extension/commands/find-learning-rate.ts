import * as vscode from 'vscode';
import { DEFAULT_RANGE, rangeExperiment, rangeSettings } from '../../domain/lr-range/experiment';
import { planOf } from '../editor/plan';
import { openRangePage } from '../pages/range-page';
import type { Services } from '../services';
import { launchRun, prepareRun } from './prepare-run';

/** A short run with a rising learning rate; its page draws the loss over the LR and sets lr0 in the config. */
export async function findLearningRate(services: Services, uri: vscode.Uri | undefined): Promise<void> {
  const prepared = await prepareRun(services, uri);
  if (!prepared) return;
  const { document, experiment } = prepared;
  if (experiment.trainer === 'command') {
    const message = vscode.l10n.t(
      'A range test sets the learning rate, which a program of your own does not let Pitwall do.',
    );
    void vscode.window.showInformationMessage(message);
    return;
  }
  const { counts } = await planOf(document);
  const range = rangeExperiment(experiment, DEFAULT_RANGE, counts);
  const run = await launchRun(services, { ...prepared, experiment: range });
  if (!run) return;
  await openRangePage(services, {
    dir: run.dir,
    document: document.uri,
    span: DEFAULT_RANGE,
    settingsFor: (lr0) => rangeSettings(experiment, counts, lr0),
  });
}
