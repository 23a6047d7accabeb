import { WordedError } from '../base/worded-error';
import { words } from '../base/words';
import { TRAINERS } from '../domain/experiment/trainers';
import { choosePython } from '../engine/python/choose';
import { interpreterOf } from '../engine/python/start-module';
import type { RunFile } from '../run/files';

/**
 * The interpreter that opens a run's .pt: the one that its host chose. Runs of other programs are started without one: it is
 * looked for once it is needed. Throws one line if there is none.
 */
export async function pythonOfRun(run: RunFile): Promise<string> {
  const { python, cwd, experiment } = run;
  if (python !== undefined || TRAINERS[experiment.resolved.trainer].isUltralytics) return interpreterOf(run);
  const wanted = process.env.PITWALL_PYTHON;
  const choice = await choosePython({ cwd, env: process.env, ...(wanted && { wanted }) });
  if (choice.kind === 'missing')
    throw new WordedError(words('a .pt needs Ultralytics to be read: {0}', choice.said));
  return choice.executable;
}
