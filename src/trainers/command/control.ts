import { closeSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { isBadInput } from '../../base/bad-input';
import { parseJson } from '../../base/json';
import { withEnglish, words } from '../../base/words';
import type { TrainerEvent } from '../../run/events';
import { MOST_BYTES } from '../../run/folder/bounds';
import { makeFolderIn } from '../../run/folder/open-folder';
import { readTextSync } from '../../run/folder/read-file';
import { removeFile } from '../../run/folder/remove';
import { openToAppend } from '../../run/folder/write-file';
import { type ControlRequest, type RequestAnswer, zControlFile } from '../../run/requests';
import { type Program, STOP_FILE } from './program';

export type AnswerRequest = (request: ControlRequest) => RequestAnswer;

export type Answering = {
  readonly answer: AnswerRequest;
  readonly step: number;
  /** Types of requests that the program answers itself. */
  readonly programAnswers: ReadonlySet<string>;
};

/** Answers what is in control/trainer/, and says whether a stop was asked for. */
export function answerRequests(
  runDir: string,
  { answer, step, programAnswers }: Answering,
): { readonly events: TrainerEvent[]; readonly stop: boolean } {
  const folder = path.join(runDir, 'control/trainer');
  makeFolderIn(folder, runDir);
  const rule = { most: MOST_BYTES.request, root: runDir };
  const events: TrainerEvent[] = [];
  let stop = false;
  for (const name of readdirSync(folder).filter((n) => n.endsWith('.json'))) {
    const file = zControlFile.safeParse(parseJson(readTextSync(path.join(folder, name), rule)));
    if (file.success && programAnswers.has(file.data.request.type)) continue;
    if (file.success) {
      const { id, request } = file.data;
      const { ok, said } = answer(request);
      stop ||= ok;
      events.push({ type: 'control', t: Date.now(), id, requested: request, ok, step, ...withEnglish(said) });
    }
    removeFile(path.join(folder, name), runDir);
  }
  return { events, stop };
}

/** Its name alone matters: what already has that name stays as it is. */
function leaveStopFile(runDir: string): void {
  try {
    closeSync(openToAppend(path.join(runDir, STOP_FILE), { root: runDir }));
  } catch (error) {
    if (!isBadInput(error)) throw error;
  }
}

/** What can be requested of a program that is not ours: to stop, at once or when it next checks. */
export const PROGRAM_REQUESTS: readonly ControlRequest['type'][] = ['stop', 'stop_after_epoch'];

export function answerWithProgram(program: Program, runDir: string): AnswerRequest {
  return ({ type }) => {
    if (!PROGRAM_REQUESTS.includes(type))
      return { ok: false, said: words('a program that is not ours cannot be asked for {0}', type) };
    leaveStopFile(runDir);
    if (type !== 'stop') {
      return {
        ok: true,
        said: words(
          'the program stops when it next checks for {0} (stop_requested() of the helper)',
          STOP_FILE,
        ),
      };
    }
    program.stop();
    const isAsked = process.platform === 'win32';
    return {
      ok: true,
      said: isAsked
        ? words('asked the program to stop: {0} (stop_requested() of the helper)', STOP_FILE)
        : words('asked the program to stop: interrupt sent'),
    };
  };
}

/** A run that is followed belongs to another program: nothing of it is ever signalled or written. */
export const FOLLOW_REQUESTS: readonly ControlRequest['type'][] = ['stop'];

export function answerFollowing(program: Program): AnswerRequest {
  return ({ type }) => {
    if (type !== 'stop')
      return { ok: false, said: words('a run that is only followed cannot be asked for {0}', type) };
    program.stop();
    return { ok: true, said: words('following stops; the followed run is not touched') };
  };
}
