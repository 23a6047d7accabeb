import path from 'node:path';
import { toJsonLine } from '../../base/json';
import type { RunEntry, RunState } from '../../protocol/run-state';
import { type CliIo, printLine } from '../io';
import type { RunReporter } from './reporter';

/** Design section 6: every event as it is written, each validation, and a last `result`. stdout holds nothing else. */
export function createJsonReporter(io: CliIo, dir: string): RunReporter {
  return {
    onEntries: (entries) => {
      for (const entry of entries) if (isTold(entry)) io.stdout.write(toJsonLine(entry.value));
    },
    note: (text) => printLine(io.stderr, text),
    finish: (state) => io.stdout.write(toJsonLine(resultOf(state, dir))),
  };
}

function isTold(entry: RunEntry): boolean {
  return entry.source === 'events' || entry.source === 'validation' || entry.source === 'keeper';
}

/** The last line of `train --json`. */
export function resultOf(state: RunState, dir: string) {
  return {
    type: 'result',
    run: dir,
    state: state.status?.state ?? 'lost',
    reason: state.status?.reason ?? state.end?.message,
    best: state.best && { ...state.best, path: path.join(dir, state.best.path) },
  };
}
