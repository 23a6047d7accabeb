import path from 'node:path';
import { nearestName } from '../base/suggest';
import { visible } from '../base/visible';
import { type EngineSettings, LOCAL_SETTINGS, type TargetSettings } from '../domain/targets/target-keys';
import { approveTarget, type KnownTarget, readTargets } from '../engine/targets/read-targets';
import { targetOf } from '../engine/targets/target';
import { refuseErrors } from './experiment';
import { badInput } from './failure';
import { type CliIo, printLine } from './io';
import { runsFolder } from './train/start';

export const TARGET = [
  '--target <name>',
  'the cluster that it runs on: a target of .pitwall/targets.yaml or of the user',
] as const;

export const TRUST_TARGET = ['--trust', 'execute what a target of the project says'] as const;

type PlaceOptions = { readonly target?: string; readonly trust?: true; readonly runs?: string };

/** What keeps the runs of an experiment file, without a name this machine, and the folder that they are in. */
export async function placeOn(io: CliIo, file: string, { target, trust, runs }: PlaceOptions) {
  const folder = path.dirname(file);
  const settings = target === undefined ? LOCAL_SETTINGS : await findTarget(io, target, { folder, trust });
  const given = runs ?? (settings.kind === 'local' ? undefined : settings.runs);
  return { target: targetOf(settings), place: runsFolder(io, file, given) };
}

/** The target of that name for an experiment in `folder`; a project's own asks for trust before anything of it is executed. */
export async function findTarget(
  io: CliIo,
  name: string,
  { folder, trust = false }: { readonly folder: string; readonly trust?: boolean | undefined },
): Promise<TargetSettings> {
  const { targets, problems } = readTargets(folder);
  const found = targets.get(name);
  // The user's own comes before a project's, whatever is wrong with that file.
  if (!found || found.approval !== undefined) refuseErrors(problems);
  if (!found) {
    const near = nearestName(name, [...targets.keys()]) ?? [...targets.keys()].join(', ');
    throw badInput(`--target ${name}: no such target, did you mean ${near}?`);
  }
  await requireTrust(io, found, trust);
  return found.settings;
}

async function requireTrust(io: CliIo, target: KnownTarget, trust: boolean): Promise<void> {
  const { isOwn, settings } = target;
  if (isOwn || settings.kind === 'local') return;
  const { name, from } = settings;
  const said = `${from}: target ${name} is the project's: its jobs execute ${whatIsExecuted(settings)}`;
  if (!trust) throw badInput(`${said}; --trust allows it`);
  printLine(io.stderr, `trusted: ${said}`);
  await approveTarget(target);
}

function whatIsExecuted(settings: EngineSettings): string {
  const lines = settings.kind === 'slurm' ? [...settings.setup, ...settings.options] : settings.setup;
  const executed = lines.map(visible).join('; ') || 'nothing but the run';
  return settings.kind === 'slurm'
    ? executed
    : `${executed} at ${settings.address}, which is given your token for Ray`;
}
