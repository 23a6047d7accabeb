import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseJson } from '../../base/json';
import type { TrainerEvent } from '../../run/events';
import { makeFolderSync } from '../../run/folder/make-folder';
import { type ControlRequest, zControlFile } from '../../run/requests';
import { type Program, STOP_FILE } from './program';

export type Obeyed = { readonly ok: boolean; readonly message: string };
export type Obey = (request: ControlRequest) => Obeyed;

/** Answers what lies in control/trainer/, and says whether a stop was asked for. */
export function answerRequests(
  runDir: string,
  obey: Obey,
  step: number,
): { readonly events: TrainerEvent[]; readonly stop: boolean } {
  const folder = path.join(runDir, 'control/trainer');
  makeFolderSync(folder);
  const events: TrainerEvent[] = [];
  let stop = false;
  for (const name of readdirSync(folder).filter((n) => n.endsWith('.json'))) {
    const file = zControlFile.safeParse(parseJson(readFileSync(path.join(folder, name), 'utf8')));
    if (file.success) {
      const { id, request } = file.data;
      const { ok, message } = obey(request);
      stop ||= ok;
      events.push({ type: 'control', t: Date.now(), id, requested: request, ok, step, message });
    }
    rmSync(path.join(folder, name), { force: true });
  }
  return { events, stop };
}

/** What can be asked of a program that is not ours: to stop, now or when it next looks. */
export const PROGRAM_KNOBS: readonly ControlRequest['type'][] = ['stop', 'stop_after_epoch'];

export function obeyWith(program: Program, runDir: string): Obey {
  return ({ type }) => {
    if (!PROGRAM_KNOBS.includes(type))
      return { ok: false, message: `a program that is not ours cannot be asked for ${type}` };
    writeFileSync(path.join(runDir, STOP_FILE), '');
    if (type !== 'stop') {
      const message = `the program stops when it next looks for ${STOP_FILE} (stop_requested() of the helper)`;
      return { ok: true, message };
    }
    program.stop();
    return { ok: true, message: 'asked the program to stop: interrupt sent' };
  };
}

/** A run that is followed is somebody else's: nothing of it is ever signalled or written. */
export const FOLLOW_KNOBS: readonly ControlRequest['type'][] = ['stop'];

export function obeyFollowing(program: Program): Obey {
  return ({ type }) => {
    if (type !== 'stop')
      return { ok: false, message: `a run that is only followed cannot be asked for ${type}` };
    program.stop();
    return { ok: true, message: 'following stops; the run that was followed is left alone' };
  };
}
