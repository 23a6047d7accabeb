// Which processes of a run are alive: found on Linux by their environment, as the keeper itself does.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export function runIds(runsDir) {
  try {
    return readdirSync(runsDir)
      .map((name) => path.join(runsDir, name, 'run.json'))
      .flatMap((file) => readIfThere(file))
      .map((text) => JSON.parse(text).id);
  } catch {
    return [];
  }
}

const readIfThere = (file) => {
  try {
    return [readFileSync(file, 'utf8')];
  } catch {
    return [];
  }
};

export function processesOf(runsDir) {
  const ids = new Set(runIds(runsDir));
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) =>
    readIfThere(`/proc/${pid}/environ`).some((text) =>
      text.split('\0').some((v) => v.startsWith('PITWALL_RUN=') && ids.has(v.slice(12))),
    ),
  );
}

/** Ends what a test left behind, and only that. */
export function endProcessesOf(runsDir) {
  for (const pid of processesOf(runsDir)) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}
