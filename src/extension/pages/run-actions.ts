import * as vscode from 'vscode';

/** Buttons of a page -> commands, so that a button, the palette and a tree do the same thing. */
const COMMANDS: Readonly<Record<string, string>> = {
  stop: 'pitwall.stop',
  pause: 'pitwall.pause',
  resume: 'pitwall.resume',
  rewind: 'pitwall.rewind',
  setLr: 'pitwall.setLearningRate',
  compare: 'pitwall.compareRuns',
  validate: 'pitwall.validateCheckpoint',
  tryImage: 'pitwall.tryCheckpoint',
  pin: 'pitwall.pinCheckpoint',
  unpin: 'pitwall.unpinCheckpoint',
  reveal: 'pitwall.revealCheckpoint',
  dashboard: 'pitwall.openDashboard',
  start: 'pitwall.startTraining',
  newExample: 'pitwall.newExample',
  stopAfterEpoch: 'pitwall.stopAfterEpoch',
  findLr: 'pitwall.findLearningRate',
  checkEnvironment: 'pitwall.checkEnvironment',
  openExperiment: 'pitwall.openExperiment',
  revealFolder: 'pitwall.revealRunFolder',
  showLog: 'pitwall.showRunLog',
};

/** A page can request only what is in the table. */
export async function runAction(
  dir: string | undefined,
  id: string,
  epoch: number | undefined,
): Promise<void> {
  const command = Object.hasOwn(COMMANDS, id) ? COMMANDS[id] : undefined;
  if (command === undefined) throw new Error(`a page requested ${id}, which is not an action`);
  await vscode.commands.executeCommand(command, dir === undefined ? undefined : { dir, epoch });
}
