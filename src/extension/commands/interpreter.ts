import path from 'node:path';
import * as vscode from 'vscode';
import { WordedError } from '../../base/worded-error';
import { say } from '../../base/words';
import { TRAINERS } from '../../domain/experiment/trainers';
import type { Experiment } from '../../domain/experiment/types';
import {
  choosePython,
  lackingTextModel,
  type PythonChoice,
  pythonOfCommand,
} from '../../engine/python/choose';
import { setting, translate } from '../window';

/** No interpreter has the packages of an Ultralytics run. */
export class MissingPython extends Error {}

type Trained = Pick<Experiment, 'trainer' | 'command'> & Partial<Pick<Experiment, 'model'>>;

/** The part of the Python extension's public API (its `environments` namespace) that is used. */
type PythonApi = {
  readonly environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string } | undefined;
  };
};

/**
 * The interpreter for a trainer in Python: the setting, else the Python extension's choice if it has the packages, else
 * the first that does. Throws one line that says what is missing and how to get it.
 */
export async function interpreterFor(
  { trainer, command, model = '' }: Trained,
  cwd: string,
  choose: PythonOfFolder = choiceFor,
): Promise<string | undefined> {
  if (command) return pythonOfCommand(command.run, path.resolve(cwd, command.cwd ?? '.'), process.env);
  if (!TRAINERS[trainer].isUltralytics) return undefined;
  const choice = await choose(cwd);
  if (choice.kind === 'missing') throw new MissingPython(say(choice.said, translate));
  const lacking = lackingTextModel(model, choice);
  if (lacking !== undefined) throw new WordedError(lacking);
  return choice.executable;
}

/** The Python that trainers of a folder take; it may start interpreters to see what they have. */
export type PythonOfFolder = (folder: string) => Promise<PythonChoice>;

export async function choiceFor(cwd: string): Promise<PythonChoice> {
  const choose = (wanted?: string) =>
    choosePython({ cwd, env: process.env, ...(wanted !== undefined && { wanted }) });
  const named = setting('python', '');
  if (named !== '') return choose(named);
  const active = await activeInterpreter(cwd);
  const choice = active === undefined ? undefined : await choose(active);
  return choice?.kind === 'found' ? choice : choose();
}

/** The interpreter that the Python extension is set to, if it is installed. */
export async function activeInterpreter(cwd: string): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<PythonApi>('ms-python.python');
  const api = extension && (await extension.activate());
  return api?.environments?.getActiveEnvironmentPath(vscode.Uri.file(cwd))?.path;
}
