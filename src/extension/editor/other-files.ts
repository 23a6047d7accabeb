import path from 'node:path';
import * as vscode from 'vscode';
import { toError } from '../../base/async';
import { type Problem, translateProblem, worded } from '../../base/problem';
import { words } from '../../base/words';
import { parseSweep, SWEEP_SHAPE } from '../../domain/sweep/parse-sweep';
import { problemsOfPlan } from '../../domain/sweep/read-sweep-plan';
import { SWEEP_BLOCKS, SWEEP_TABLE } from '../../domain/sweep/sweep-keys';
import { parseTargets, TARGETS_SHAPE } from '../../domain/targets/parse-targets';
import { TARGET_TABLE } from '../../domain/targets/target-table';
import { MOST_BYTES } from '../../run/folder/bounds';
import { leadsElsewhere } from '../../run/folder/paths';
import { readText } from '../../run/folder/read-file';
import { translate } from '../window';
import { isTargetsFile } from './experiment-files';
import { keyHover } from './hover';

/** What the editor needs for files of sweeps and of targets. */
export const otherFiles = {
  problems: async (document: vscode.TextDocument): Promise<readonly Problem[]> =>
    isTargetsFile(document) ? problemsOfTargets(document) : problemsOfSweep(document),
  hover: (document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined =>
    isTargetsFile(document) ? targetsHover(document, position) : sweepHover(document, position),
} as const;

/** What is wrong with a sweep file, in the reader's language: the text, then what it makes of its experiment. */
async function problemsOfSweep(document: vscode.TextDocument): Promise<readonly Problem[]> {
  const { fileName } = document;
  const file = path.basename(fileName);
  const parsed = parseSweep(document.getText(), file);
  const found = [...parsed.problems, ...(await planProblems(fileName, parsed))];
  return found.map((problem) => translateProblem(problem, translate));
}

async function planProblems(
  fileName: string,
  parsed: ReturnType<typeof parseSweep>,
): Promise<readonly Problem[]> {
  const { sweep, entries } = parsed;
  if (!sweep) return [];
  const experiment = path.resolve(path.dirname(fileName), sweep.experiment);
  const range = entries.get('experiment')?.valueRange;
  try {
    if (!vscode.workspace.isTrusted && leadsElsewhere(experiment, fileName, process.platform))
      throw new Error('it is on another machine, which is not asked');
    const text = await readText(experiment, { most: MOST_BYTES.yaml, links: 'follow' });
    return problemsOfPlan({
      ...{ parsed, file: path.basename(fileName) },
      experiment: { file: sweep.experiment, text },
    });
  } catch (error) {
    const said = words('{0} cannot be read: {1}', sweep.experiment, toError(error).message);
    return [{ severity: 'error', key: 'experiment', ...worded(said), ...(range && { range }) }];
  }
}

/** What a key of a sweep is; of one that is varied, what it is in the experiment and how ranges are written. */
function sweepHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
  const isVaried = (key: string): boolean => key.startsWith('search.');
  return keyHover(document, position, { specOf: SWEEP_TABLE.spec, shape: SWEEP_SHAPE }, (key) =>
    isVaried(key) ? translate(SWEEP_BLOCKS.get('search') ?? '') : '',
  );
}

/** What is wrong with a file of targets, in the reader's language. */
function problemsOfTargets(document: vscode.TextDocument): readonly Problem[] {
  const { fileName } = document;
  const isOwn = path.basename(path.dirname(fileName)) !== '.pitwall';
  const { problems } = parseTargets(document.getText(), path.basename(fileName), { isOwn });
  return problems.map((problem) => translateProblem(problem, translate));
}

/** What a key of a target is. */
function targetsHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
  return keyHover(document, position, { specOf: TARGET_TABLE.spec, shape: TARGETS_SHAPE });
}
