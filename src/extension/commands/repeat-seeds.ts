import path from 'node:path';
import * as vscode from 'vscode';
import { say } from '../../base/words';
import { needSentence, spreadSentence } from '../../domain/compare/spread';
import type { Experiment } from '../../domain/experiment/types';
import { otherSeeds } from '../../domain/run/other-seeds';
import { recipeRuns } from '../../engine/compare/recipe-runs';
import { endOfQueue } from '../../engine/queue/queue-end';
import { listRuns } from '../../engine/runs/list-runs';
import { startRun } from '../../engine/targets/target';
import { readRun } from '../../run/folder/read';
import { setStatusBarMessage } from '../notices';
import { runsFolderOf } from '../run/registry';
import type { Services } from '../services';
import { mayAct } from '../trust';
import { translate } from '../window';
import { interpreterFor, MissingPython } from './interpreter';
import { offerPython } from './refuse';
import { checkedExperiment } from './start-training';
import type { RunTarget } from './targets';

/** What is repeated: a config as it stands, or a run as it was. */
type Repeated = {
  readonly experimentFile: string;
  readonly text: string;
  readonly experiment: Experiment;
  readonly set: readonly string[];
  readonly runsDir: string;
  readonly cwd: string;
  readonly python?: string | undefined;
};

/** Trains it again with seeds that its recipe has not had, one after the other in the queue. */
export async function repeatWithSeeds(
  services: Services,
  on: vscode.Uri | RunTarget | undefined,
): Promise<void> {
  const repeated = on && 'dir' in on ? await repeatedRun(on.dir) : await repeatedFile(services, on);
  if (!repeated) return;
  const count = await askHowMany(repeated);
  if (count === undefined) return;
  try {
    await queueSeeds(services, repeated, count);
  } catch (error) {
    if (!(error instanceof MissingPython)) throw error;
    await offerPython(error.message);
  }
}

async function repeatedRun(dir: string): Promise<Repeated | undefined> {
  if (!(await mayAct(dir))) return undefined;
  const { experiment, set, cwd, python } = await readRun(dir);
  const { file, text, resolved } = experiment;
  return { experimentFile: file, text, experiment: resolved, set, runsDir: path.dirname(dir), cwd, python };
}

async function repeatedFile(services: Services, uri: vscode.Uri | undefined): Promise<Repeated | undefined> {
  const checked = await checkedExperiment(services, uri);
  if (!checked) return undefined;
  const { document, experiment } = checked;
  const { fileName } = document;
  const place = { runsDir: runsFolderOf(fileName), cwd: path.dirname(fileName) };
  return { experimentFile: fileName, text: document.getText(), experiment, set: [], ...place };
}

/** Before anything is paid for: what is known of the recipe, and what it takes to see a better one. */
async function askHowMany({ runsDir, experiment }: Repeated): Promise<number | undefined> {
  const { spread, need } = await recipeRuns(runsDir, experiment);
  const known = [...(spread ? [spreadSentence(spread)] : []), needSentence(need)];
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Repeat with how many other seeds?'),
    prompt: known.map((one) => say(one, translate)).join('. '),
    value: String(need?.kind === 'seeds' ? Math.min(Math.max(need.of - (spread?.runs ?? 0), 1), MOST) : 4),
    ignoreFocusOut: true,
    validateInput: (input) => (countOf(input) === undefined ? whatIsExpected() : undefined),
  });
  return text === undefined ? undefined : countOf(text);
}

const MOST = 50;

const whatIsExpected = (): string => vscode.l10n.t('A whole number from 1 to {0} is expected.', MOST);

function countOf(text: string): number | undefined {
  const count = Number(text);
  return Number.isInteger(count) && count >= 1 && count <= MOST ? count : undefined;
}

async function queueSeeds(services: Services, repeated: Repeated, count: number): Promise<void> {
  const { runsDir, experiment, cwd } = repeated;
  const { runs } = await listRuns(runsDir);
  const seeds = otherSeeds(
    experiment,
    runs.map(({ run }) => run.experiment.resolved),
    count,
  );
  const python = repeated.python ?? (await interpreterFor(experiment, cwd));
  for (const seed of seeds) {
    await startRun({
      ...{ ...services.host(), ...repeated, pitwallVersion: services.version },
      ...{ experiment: { ...experiment, seed }, set: [...repeated.set, `seed=${seed}`] },
      after: (await endOfQueue(runsDir)).dir,
      ...(python !== undefined && { python }),
    });
  }
  await (await services.runs.keepFolder(runsDir)).refresh();
  setStatusBarMessage(vscode.l10n.t('Added to the queue with seeds {0}', seeds.join(', ')), 5000);
}
