import path from 'node:path';
import type * as vscode from 'vscode';
import { type Problem, translateProblem } from '../../base/problem';
import { parseTargets, TARGETS_SHAPE } from '../../domain/targets/parse-targets';
import { TARGET_TABLE } from '../../domain/targets/target-table';
import { translate } from '../window';
import { keyHover } from './hover';

/** What is wrong with a file of targets, in the reader's language. */
export function problemsOfTargets(document: vscode.TextDocument): readonly Problem[] {
  const { problems } = parseTargets(document.getText(), path.basename(document.fileName));
  return problems.map((problem) => translateProblem(problem, translate));
}

/** What a key of a target is. */
export function targetsHover(
  document: vscode.TextDocument,
  position: vscode.Position,
): vscode.Hover | undefined {
  return keyHover(document, position, { specOf: TARGET_TABLE.spec, shape: TARGETS_SHAPE });
}
