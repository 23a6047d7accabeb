import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseJson } from '../../base/json';
import { type ControlRequest, zControlFile } from '../../protocol/control';
import type { TrainerEvent } from '../../protocol/events';
import { type Program, STOP_FILE } from './program';

/** What can be asked of a program that is not ours: to stop, now or when it next looks. */
export const KNOBS: readonly ControlRequest['type'][] = ['stop', 'stop_after_epoch'];

export type Asked = { readonly stop: boolean };

/** Answers what lies in control/trainer/, and says whether a stop was asked for. */
export function answerRequests(
  runDir: string,
  program: Program,
  step: number,
): { readonly events: TrainerEvent[]; readonly stop: boolean } {
  const folder = path.join(runDir, 'control/trainer');
  mkdirSync(folder, { recursive: true });
  const events: TrainerEvent[] = [];
  let stop = false;
  for (const name of readdirSync(folder).filter((n) => n.endsWith('.json'))) {
    const file = zControlFile.safeParse(parseJson(readFileSync(path.join(folder, name), 'utf8')));
    if (file.success) {
      const { ok, message } = obey(file.data.request, runDir, program);
      stop ||= ok;
      events.push({
        type: 'control',
        t: Date.now(),
        id: file.data.id,
        requested: file.data.request,
        ok,
        step,
        message,
      });
    }
    rmSync(path.join(folder, name), { force: true });
  }
  return { events, stop };
}

function obey(
  request: ControlRequest,
  runDir: string,
  program: Program,
): { readonly ok: boolean; readonly message: string } {
  if (request.type === 'stop') {
    writeFileSync(path.join(runDir, STOP_FILE), '');
    program.stop();
    return { ok: true, message: 'asked the program to stop: interrupt sent' };
  }
  if (request.type === 'stop_after_epoch') {
    writeFileSync(path.join(runDir, STOP_FILE), '');
    return {
      ok: true,
      message: `the program stops when it next looks for ${STOP_FILE} (stop_requested() of the helper)`,
    };
  }
  return { ok: false, message: `a program that is not ours cannot be asked for ${request.type}` };
}
