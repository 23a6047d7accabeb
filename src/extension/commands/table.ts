import * as vscode from 'vscode';
import type { Services } from '../services';
import { checkEnvironment, setUpPythonEnvironment } from './check-environment';
import { checkTarget } from './check-target';
import { pinCheckpoint, revealCheckpoint, tryCheckpoint, validateCheckpoint } from './checkpoint-commands';
import { copyCommandLine, copyRunLink } from './copy-command';
import { explainNumbers } from './explain-numbers';
import { exportRun } from './export-run';
import { followFolderCommand } from './follow-folder';
import { installRuntime, removeRuntime } from './gpu-runtime';
import type { CommandId } from './manifest';
import { openSweep } from './open-sweep';
import { newExample } from './pick-experiment';
import { addToQueue, goOnWithQueue, moveInQueueOf, takeOutOfQueue } from './queue-commands';
import { repeatWithSeeds } from './repeat-seeds';
import { openReport, saveReport } from './report';
import {
  archiveRun,
  compareRuns,
  copySummary,
  editNotes,
  editTags,
  openExperiment,
  renameRun,
  restoreRun,
  revealRun,
  showRunChanges,
  showRunLog,
} from './run-commands';
import { setLearningRate } from './set-learning-rate';
import { startSweep, startSweepOn } from './start-sweep';
import { findLearningRate, startTraining, startTrainingOn } from './start-training';
import {
  openDashboard,
  pauseRun,
  previewSchedule,
  resume,
  rewindRun,
  stopAfterEpoch,
  stopRun,
} from './steer';
import type { RunTarget } from './targets';
import { testNotification } from './test-notification';
import { deleteRun, emptyTrash, freeSpace, restoreDeletedRun } from './trash';

export type Command = (...args: readonly unknown[]) => unknown;

const uriOf = (value: unknown): vscode.Uri | undefined => (value instanceof vscode.Uri ? value : undefined);
const targetOf = (value: unknown): RunTarget | undefined =>
  typeof (value as RunTarget | undefined)?.dir === 'string' ? (value as RunTarget) : undefined;

/** The selection of a tree, which the editor passes beside the item that was clicked. */
const targetsOf = (value: unknown): readonly RunTarget[] =>
  Array.isArray(value) ? value.map(targetOf).filter((target) => target !== undefined) : [];

/** What is selected, or the one item that was clicked. */
function selectionOf(target: unknown, all: unknown): readonly RunTarget[] {
  const selected = targetsOf(all);
  const clicked = targetOf(target);
  return selected.length === 0 && clicked ? [clicked] : selected;
}

/** A command on a run that a tree or page names, else on one that is picked. */
const runCommandOf =
  (services: Services) =>
  (run: (services: Services, target: RunTarget | undefined) => Promise<unknown>): Command =>
  (target) =>
    run(services, targetOf(target));

function queueTable(services: Services) {
  const onRun = runCommandOf(services);
  return {
    'pitwall.addToQueue': (uri) => addToQueue(services, uriOf(uri)),
    'pitwall.repeatWithSeeds': (on) => repeatWithSeeds(services, uriOf(on) ?? targetOf(on)),
    'pitwall.moveUpInQueue': onRun(moveInQueueOf({ kind: 'up' })),
    'pitwall.moveDownInQueue': onRun(moveInQueueOf({ kind: 'down' })),
    'pitwall.moveToFrontOfQueue': onRun(moveInQueueOf({ kind: 'first' })),
    'pitwall.takeOutOfQueue': onRun(takeOutOfQueue),
    'pitwall.goOnWithQueue': () => goOnWithQueue(services),
  } as const satisfies Partial<Record<CommandId, Command>>;
}

/** What each command of the manifest does. */
export function commandTable(services: Services): Readonly<Record<CommandId, Command>> {
  const onRun = runCommandOf(services);
  return {
    'pitwall.startTraining': (uri) => startTraining(services, uriOf(uri)),
    'pitwall.startTrainingOn': (uri) => startTrainingOn(services, uriOf(uri)),
    ...queueTable(services),
    'pitwall.startSweep': (uri) => startSweep(services, uriOf(uri)),
    'pitwall.startSweepOn': (uri) => startSweepOn(services, uriOf(uri)),
    'pitwall.openSweep': (item) => openSweep(services, item),
    'pitwall.followFolder': (uri) => followFolderCommand(services, uriOf(uri)),
    'pitwall.previewSchedule': (uri) => previewSchedule(services, uriOf(uri)),
    'pitwall.findLearningRate': (uri) => findLearningRate(services, uriOf(uri)),
    'pitwall.newExample': () => newExample(services),
    'pitwall.openDashboard': onRun(openDashboard),
    'pitwall.showRunsTable': () => services.runsTable.open(),
    'pitwall.stop': onRun(stopRun),
    'pitwall.stopAfterEpoch': onRun(stopAfterEpoch),
    'pitwall.pause': onRun(pauseRun),
    'pitwall.resume': onRun(resume),
    'pitwall.rewind': onRun(rewindRun),
    'pitwall.setLearningRate': onRun(setLearningRate),
    'pitwall.validateCheckpoint': onRun(validateCheckpoint),
    'pitwall.tryCheckpoint': onRun(tryCheckpoint),
    'pitwall.pinCheckpoint': onRun((s, target) => pinCheckpoint(s, target, true)),
    'pitwall.unpinCheckpoint': onRun((s, target) => pinCheckpoint(s, target, false)),
    'pitwall.revealCheckpoint': onRun(revealCheckpoint),
    'pitwall.revealRunFolder': onRun(revealRun),
    'pitwall.showRunChanges': onRun(showRunChanges),
    'pitwall.showRunLog': onRun(showRunLog),
    'pitwall.openExperiment': onRun(openExperiment),
    'pitwall.copyRunSummary': onRun(copySummary),
    'pitwall.copyRunLink': onRun(copyRunLink),
    'pitwall.copyCommandLine': (on) => copyCommandLine(services, uriOf(on) ?? targetOf(on)),
    'pitwall.compareRuns': (target, all) => compareRuns(services, targetOf(target), targetsOf(all)),
    'pitwall.openReport': (target, all) => openReport(services, selectionOf(target, all)),
    'pitwall.saveReport': (target, all) => saveReport(services, selectionOf(target, all)),
    'pitwall.exportRun': onRun(exportRun),
    'pitwall.renameRun': onRun(renameRun),
    'pitwall.editNotes': onRun(editNotes),
    'pitwall.editTags': onRun(editTags),
    'pitwall.archiveRun': onRun(archiveRun),
    'pitwall.restoreRun': onRun(restoreRun),
    'pitwall.deleteRun': onRun(deleteRun),
    'pitwall.restoreDeletedRun': () => restoreDeletedRun(services),
    'pitwall.freeSpace': () => freeSpace(services),
    'pitwall.emptyTrash': () => emptyTrash(services),
    'pitwall.checkEnvironment': () => checkEnvironment(services),
    'pitwall.checkTarget': () => checkTarget(services),
    'pitwall.setUpPython': () => setUpPythonEnvironment(services),
    'pitwall.installGpuRuntime': () => installRuntime(services),
    'pitwall.removeGpuRuntime': () => removeRuntime(services),
    'pitwall.explainNumbers': (topic) => explainNumbers(services.context.extensionUri, topic),
    'pitwall.refreshRuns': () => services.runs.refresh(),
    'pitwall.testNotification': () => testNotification(services),
    'pitwall.showLog': () => services.log.show(),
  };
}
