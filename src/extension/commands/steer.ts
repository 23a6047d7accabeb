import path from 'node:path';
import * as vscode from 'vscode';
import { toError } from '../../base/async';
import { formatDuration } from '../../domain/display/format';
import { LOCAL_SETTINGS, type TargetSettings } from '../../domain/targets/target-keys';
import { answerSeconds, askAndWait } from '../../engine/control/ask';
import { KeptOnOtherMachine, resumeRun } from '../../engine/control/resume-run';
import { endJob } from '../../engine/targets/end-job';
import { isKeptByJob } from '../../engine/targets/job-file';
import { resumeOn } from '../../engine/targets/target';
import { saidText } from '../../protocol/alert-text';
import type { RunFile } from '../../run/files';
import { readRun } from '../../run/folder/read';
import { isRangeTest } from '../../run/kind';
import { type ControlRequest, TRAINER_REQUESTS } from '../../run/requests';
import type { RunState } from '../../run/state';
import { setStatusBarMessage, showInformationMessage, showQuickPick, showWarningMessage } from '../notices';
import type { Services } from '../services';
import { mayAct } from '../trust';
import { pickExperiment } from './pick-experiment';
import { chooseTarget } from './pick-target';
import { isEnded, isLive, pickRun, type RunTarget } from './targets';

type SteeredRun = RunTarget | undefined;

/** Sends a request to a run and shows its answer. This may start a keeper, so it needs trust. */
export async function ask(services: Services, dir: string, request: ControlRequest): Promise<boolean> {
  if (!(await mayAct(dir))) return false;
  const answer = await askAndWait(dir, request, { ...services.host(), from: 'vscode' });
  if (!answer) throw new Error(vscode.l10n.t('The run did not answer in {0} s.', answerSeconds(request)));
  const text = saidText(answer, services.t);
  if (!answer.ok) throw new Error(text);
  services.log.info(`${dir}: ${text}`);
  if (TRAINER_REQUESTS.has(request.type)) setStatusBarMessage(text, 4000);
  return true;
}

export async function openDashboard(services: Services, target: SteeredRun): Promise<void> {
  const current = services.runs.current?.dir;
  const fallback = current === undefined ? undefined : { dir: current };
  const dir = await pickRun(services, target ?? fallback, () => true, vscode.l10n.t('Open the dashboard of'));
  if (dir === undefined) return;
  // Side panel and status bar show the run that was chosen, wherever the focus is.
  services.runs.choose(dir);
  if (await openRangeTest(services, dir)) return;
  await services.dashboards.open({ kind: 'run', dir });
}

/** A range test has a page of its own, as long as its config exists. */
async function openRangeTest(services: Services, dir: string): Promise<boolean> {
  const run = services.runs.runs.find((one) => one.dir === dir)?.run;
  if (!run || !isRangeTest(run)) return false;
  const { openRangePageOf } = await services.load(() => import('../pages/range-page'));
  return openRangePageOf(services, dir, run);
}

export async function previewSchedule(services: Services, uri: vscode.Uri | undefined): Promise<void> {
  const file = await pickExperiment(services, uri);
  if (file) await services.dashboards.open({ kind: 'preview', file: file.fsPath });
}

export async function stopRun(services: Services, target: SteeredRun): Promise<void> {
  const dir = await pickRun(services, target, isLive, vscode.l10n.t('Stop'));
  if (dir === undefined || !(await mayAct(dir))) return;
  if (!(await isKeptByJob(dir))) await ask(services, dir, { type: 'stop' });
  else if (await stopJob(services, dir))
    void showInformationMessage(
      vscode.l10n.t('{0} did not end by itself: its job was cancelled.', path.basename(dir)),
    );
  await services.runs.refresh();
}

/** Asks the run first; a job whose run does not end is taken from its engine. Whether that was needed. */
function stopJob(services: Services, dir: string): Thenable<boolean> {
  const title = vscode.l10n.t('Stopping {0}', path.basename(dir));
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, async () => {
    const isAsked = await ask(services, dir, { type: 'stop' }).catch((error: unknown) => {
      services.log.info(`${dir}: ${toError(error).message}`);
      return false;
    });
    return endJob(dir, isAsked ? undefined : 0);
  });
}

export async function stopAfterEpoch(services: Services, target: SteeredRun): Promise<void> {
  const dir = await pickRun(services, target, isLive, vscode.l10n.t('Stop after this epoch'));
  if (dir !== undefined) await ask(services, dir, { type: 'stop_after_epoch' });
}

export async function pauseRun(services: Services, target: SteeredRun): Promise<void> {
  const dir = await pickRun(services, target, isLive, vscode.l10n.t('Pause'));
  if (dir !== undefined) await ask(services, dir, { type: 'pause' });
}

export async function resume(services: Services, target: SteeredRun): Promise<void> {
  const dir = await pickRun(services, target, isEnded, vscode.l10n.t('Resume'));
  if (dir === undefined || !(await mayAct(dir))) return;
  const run = await readRun(dir);
  // What was begun on a cluster may go on there, or here.
  const place = run.target === undefined ? LOCAL_SETTINGS : await placeToResume(run, run.target);
  if (!place) return;
  if (place.kind === 'local') await resumeHere(services, dir);
  else await resumeOn(place, dir, services.host());
  await services.runs.refresh();
  services.runs.choose(dir);
}

const placeToResume = ({ cwd, name }: RunFile, first: string): Promise<TargetSettings | undefined> =>
  chooseTarget(cwd, { title: vscode.l10n.t('Resume {0} on', name), first });

async function resumeHere(services: Services, dir: string): Promise<void> {
  try {
    await resumeRun(dir, services.host());
  } catch (error) {
    if (!(error instanceof KeptOnOtherMachine) || !(await confirmTakeOver(services, dir, error))) throw error;
    await resumeRun(dir, { ...services.host(), takeOver: true });
  }
}

/** Only a person can know that another machine, or this one before it was restarted, no longer keeps a run. */
async function confirmTakeOver(
  { t }: Services,
  dir: string,
  { host, unseenSeconds }: KeptOnOtherMachine,
): Promise<boolean> {
  const takeOver = vscode.l10n.t('Take Over');
  const name = path.basename(dir);
  const question =
    unseenSeconds === undefined
      ? vscode.l10n.t('{0} is kept on {1}. Take it over?', name, host)
      : vscode.l10n.t(
          '{0} is kept on {1}, last seen {2} ago. Take it over?',
          name,
          host,
          formatDuration(unseenSeconds, t),
        );
  const detail = vscode.l10n.t(
    'After a restart of this machine, or if the other one is gone for good, the run can go on here. If it still trains there, two trainers would write into one folder.',
  );
  const options = { modal: true, detail };
  return (await showWarningMessage(question, options, takeOver)) === takeOver;
}

const anyRun = (): boolean => true;

/** Goes back to a checkpoint from before the trouble, at a lower LR; which one and how much is asked first. */
export async function rewindRun(services: Services, target: RunTarget | undefined): Promise<void> {
  const dir = await pickRun(services, target, anyRun, vscode.l10n.t('Rewind'));
  if (dir === undefined) return;
  const run = await services.runs.acquire(dir);
  const { state } = run.live;
  run.release();
  const epoch = await askForEpoch(state);
  if (epoch === undefined) return;
  const lrFactor = await askForFactor(state.run?.experiment.resolved.rewind.lr_factor);
  if (lrFactor === undefined) return;
  await ask(services, dir, { type: 'rewind', lrFactor, ...(epoch === 'before' ? {} : { epoch }) });
  await services.runs.refresh();
  services.runs.choose(dir);
}

async function askForEpoch({ checkpoints }: RunState): Promise<number | 'before' | undefined> {
  const there = [...checkpoints.values()].filter(({ kept, t }) => kept && t > 0).reverse();
  const items = [
    { label: vscode.l10n.t('The last checkpoint before the trouble'), epoch: 'before' as const },
    ...there.map(({ epoch }) => ({ label: vscode.l10n.t('Epoch {0}', epoch), epoch })),
    { label: vscode.l10n.t('Start again'), epoch: 0 },
  ];
  const options = {
    title: vscode.l10n.t('Go back to? Later checkpoints are dropped.'),
    ignoreFocusOut: true,
  };
  return (await showQuickPick(items, options))?.epoch;
}

async function askForFactor(usual = 0.5): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('What the learning rate is multiplied by'),
    value: String(usual),
    ignoreFocusOut: true,
    validateInput: (input) =>
      Number(input) > 0 && Number(input) <= 1
        ? undefined
        : vscode.l10n.t('A number above 0 and up to 1 is expected.'),
  });
  return text === undefined ? undefined : Number(text);
}
