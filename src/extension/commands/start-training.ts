import path from 'node:path';
import * as vscode from 'vscode';
import { formatProblem, hasErrors } from '../../base/problem';
import { wordsOf } from '../../base/worded-error';
import { say } from '../../base/words';
import { parseExperiment } from '../../domain/experiment/parse';
import { TRAINERS } from '../../domain/experiment/trainers';
import type { Experiment } from '../../domain/experiment/types';
import { DEFAULT_RANGE, rangeExperiment, rangeSettings } from '../../domain/lr-range/experiment';
import { shareDevice } from '../../domain/run/turns';
import type { TargetSettings } from '../../domain/targets/target-keys';
import { withImageReader } from '../../engine/image-process';
import { whyNoNatives } from '../../engine/natives';
import { checkBeforeRun } from '../../engine/preflight';
import type { RunSummary } from '../../engine/runs/list-runs';
import { startRun, targetOf } from '../../engine/targets/target';
import type { CreatedRun } from '../../run/folder/create';
import { resolveDataPath } from '../../run/folder/paths';
import { planOf } from '../editor/editor-plan';
import { showErrorMessage, showInformationMessage, showQuickPick } from '../notices';
import { openRangePage } from '../pages/range-page';
import { runsFolderOf } from '../run/registry';
import type { Services } from '../services';
import { requireTrust } from '../trust';
import { setting, translate } from '../window';
import { interpreterFor, MissingPython } from './interpreter';
import { pickExperiment } from './pick-experiment';
import { chooseTarget, type TargetChoice } from './pick-target';
import { isSaved, lineOf, offerPython, refuse } from './refuse';

/** An experiment that may be started: saved, checked, and its place on the device decided. */
export type PreparedRun = {
  readonly document: vscode.TextDocument;
  readonly experiment: Experiment;
  /** Folder of the run that must have ended before. */
  readonly after: string | undefined;
  readonly target: TargetSettings;
  /** Side panel and status bar stay with the run that they show. */
  readonly quietly?: true;
};

/** Checks what can be checked; undefined if nothing should be started, of which the person knows the reason. */
export async function prepareRun(
  services: Services,
  uri: vscode.Uri | undefined,
  choice: TargetChoice = 'default',
): Promise<PreparedRun | undefined> {
  const checked = await checkedExperiment(services, uri);
  if (!checked) return undefined;
  const folder = path.dirname(checked.document.fileName);
  const place = await placeFor(services, checked.experiment, await chooseTarget(folder, choice));
  return place && { ...checked, ...place };
}

/** The same without a place on the device. */
export async function checkedExperiment(
  services: Services,
  uri: vscode.Uri | undefined,
): Promise<Pick<PreparedRun, 'document' | 'experiment'> | undefined> {
  if (!(await requireTrust())) return undefined;
  const file = await pickExperiment(services, uri);
  if (!file) return undefined;
  const document = await vscode.workspace.openTextDocument(file);
  if (!(await isSaved(document))) return undefined;
  const experiment = await readExperiment(document);
  if (!experiment || !hasNatives(services, experiment)) return undefined;
  if (!(await passesChecks(services, document, experiment))) return undefined;
  return { document, experiment };
}

/** A cluster's job does not wait for this machine's device. */
async function placeFor(
  services: Services,
  experiment: Experiment,
  target: TargetSettings | undefined,
): Promise<Pick<PreparedRun, 'after' | 'target'> | undefined> {
  if (!target) return undefined;
  const after = target.kind === 'local' ? await askForDevice(services, experiment) : undefined;
  return after === 'cancel' ? undefined : { after, target };
}

/** Starts it as a run of its own, which every view then lists; undefined if a Python for it must be set up first. */
export async function launchRun(
  services: Services,
  { document, experiment, after, target, quietly }: PreparedRun,
): Promise<CreatedRun | undefined> {
  const experimentFile = document.fileName;
  const runsDir = runsFolderOn(target, experimentFile);
  try {
    const python = await interpreterFor(experiment, path.dirname(experimentFile));
    const run = await startRun(
      {
        ...services.host(),
        experimentFile,
        text: document.getText(),
        experiment,
        runsDir,
        pitwallVersion: services.version,
        ...(python === undefined ? {} : { python }),
        ...(after === undefined ? {} : { after }),
      },
      targetOf(target),
    );
    await (await services.runs.keepFolder(runsDir)).refresh();
    if (!quietly) services.runs.choose(run.dir);
    return run;
  } catch (error) {
    if (error instanceof MissingPython) return offerPython(error.message);
    throw new Error(vscode.l10n.t('The run could not be started: {0}', say(wordsOf(error), translate)), {
      cause: error,
    });
  }
}

/** Jobs may need storage of their own, that the nodes of a cluster see. */
export function runsFolderOn(target: TargetSettings, experimentFile: string): string {
  const given = target.kind === 'local' ? undefined : target.runs;
  return given ?? runsFolderOf(experimentFile);
}

/** From the palette or a menu: asks what is to keep the run. */
export const startTrainingOn = (services: Services, uri: vscode.Uri | undefined): Promise<void> =>
  startTraining(services, uri, { title: vscode.l10n.t('Start training on') });

/** The build for every platform can follow other trainers, and says why it cannot train itself. */
function hasNatives({ host }: Services, { trainer }: Experiment): boolean {
  const why = TRAINERS[trainer].isOwn ? whyNoNatives(host().installDir) : undefined;
  if (why !== undefined) void showErrorMessage(say(why, translate));
  return why === undefined;
}

async function readExperiment(document: vscode.TextDocument): Promise<Experiment | undefined> {
  const name = path.basename(document.fileName);
  const { experiment, problems } = parseExperiment(document.getText(), { file: name });
  if (!experiment) {
    const first = problems.find((problem) => problem.severity === 'error');
    await refuse(
      document,
      first ? lineOf(first) : vscode.l10n.t('{0} is not an experiment.', name),
      first?.range?.start,
    );
    return undefined;
  }
  const data = resolveDataPath(experiment.data, document.fileName, path.dirname(document.fileName));
  return { ...experiment, data };
}

async function passesChecks(
  { log, host }: Services,
  document: vscode.TextDocument,
  experiment: Experiment,
): Promise<boolean> {
  const folder = path.dirname(document.fileName);
  const source = { experiment, text: document.getText(), file: path.basename(document.fileName), folder };
  const { problems } = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Checking the dataset') },
    () => withImageReader(host(), (reader) => checkBeforeRun(source, reader)),
  );
  for (const problem of problems) log.warn(formatProblem(problem));
  if (!hasErrors(problems)) return true;
  const first = problems.find((problem) => problem.severity === 'error');
  await refuse(document, first ? lineOf(first) : '', first?.range?.start);
  return false;
}

/** If another run holds the device: after that run, beside it, or not at all. Returns its folder, undefined, 'cancel'. */
async function askForDevice(services: Services, experiment: Experiment): Promise<string | undefined> {
  const other = services.runs.active.find(
    (one) => one.run.target === undefined && isSameDevice(one, experiment),
  );
  if (!other) return undefined;
  const items = [
    {
      label: vscode.l10n.t('Queue'),
      description: vscode.l10n.t('start when {0} has ended', other.name),
      answer: other.dir,
    },
    {
      label: vscode.l10n.t('Run Beside'),
      description: vscode.l10n.t('start now; both will be slower'),
      answer: undefined,
    },
    { label: vscode.l10n.t('Cancel'), answer: 'cancel' },
  ];
  const title = vscode.l10n.t('{0} is using the device', other.name);
  const choice = await showQuickPick(items, { title, ignoreFocusOut: true });
  return choice ? choice.answer : 'cancel';
}

const isSameDevice = ({ run }: RunSummary, { device }: Experiment): boolean =>
  shareDevice(device, run.experiment.resolved.device);

/** A short run with a rising learning rate; its page draws the loss over the LR and sets lr0 in the config. */
export async function findLearningRate(services: Services, uri: vscode.Uri | undefined): Promise<void> {
  const prepared = await prepareRun(services, uri);
  if (!prepared) return;
  const { document, experiment } = prepared;
  if (TRAINERS[experiment.trainer].isReader) {
    const message = vscode.l10n.t(
      'A range test sets the learning rate, which Pitwall cannot do in a program of your own.',
    );
    void showInformationMessage(message);
    return;
  }
  const { counts } = await planOf(document);
  const launch = async (number: number) => {
    const seeded = { ...experiment, seed: experiment.seed + number };
    const range = rangeExperiment(seeded, DEFAULT_RANGE, counts);
    return (await launchRun(services, { ...prepared, experiment: range }))?.dir;
  };
  const dir = await launch(0);
  if (dir === undefined) return;
  await openRangePage(services, {
    dir,
    document: document.uri,
    span: DEFAULT_RANGE,
    settingsFor: (lr0) => rangeSettings(experiment, counts, lr0),
    another: launch,
  });
}

/** From the palette, the lens, a menu or a button: checks what can be checked, starts the run, opens its dashboard. */
export async function startTraining(
  services: Services,
  uri: vscode.Uri | undefined,
  choice: TargetChoice = 'default',
): Promise<void> {
  const prepared = await prepareRun(services, uri, choice);
  if (!prepared) return;
  const run = await launchRun(services, prepared);
  if (!run || !setting('openDashboardOnStart', true)) return;
  await services.dashboards.open(
    { kind: 'run', dir: run.dir },
    { kind: 'preview', file: prepared.document.fileName },
  );
}
