import * as vscode from 'vscode';
import { commandOfRun } from './page-commands';

/** A page can request only what is in the table. */
export async function runAction(
  dir: string | undefined,
  id: string,
  epoch: number | undefined,
): Promise<void> {
  await vscode.commands.executeCommand(commandOfRun(id), dir === undefined ? undefined : { dir, epoch });
}
