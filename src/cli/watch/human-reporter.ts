import type { RunEntry, RunState } from '../../run/state';
import { FINAL_STATES } from '../../run/state-names';
import type { CliIo } from '../io';
import { createProgress } from '../output/progress';
import { styleFor } from '../output/style';
import { barText } from './bar-text';
import { entryLines } from './entry-lines';
import { epochHeader, epochIsSettled, epochRow } from './epoch-rows';
import type { RunReporter } from './reporter';
import { summaryLines } from './summary';

/**
 * A row per epoch once it is trained and validated, what went wrong as it happens, a bar below on a terminal. Warnings
 * that were printed before the run are not printed again when the trainer logs them.
 */
export function createHumanReporter(io: CliIo, dir: string, warnings: readonly string[] = []): RunReporter {
  const style = styleFor(io, io.stdout);
  const progress = createProgress(io.stdout);
  let lastEpoch = 0;
  let hasHeader = false;
  const printRow = (state: RunState, index: number): void => {
    if (!hasHeader) progress.line(epochHeader(style, state.plan?.task));
    hasHeader = true;
    progress.line(epochRow(state, index, style));
    lastEpoch = state.epochs[index].epoch;
  };
  const printRows = (state: RunState, isReady: (epoch: number) => boolean): void => {
    const next = (): number => state.epochs.findIndex(({ epoch }) => epoch > lastEpoch);
    for (let i = next(); i >= 0 && isReady(state.epochs[i].epoch); i = next()) printRow(state, i);
  };
  return {
    onEntries: (entries, state) => {
      // A resumed run repeats epochs that were already shown.
      const resumed = entries.some(({ source, value }) => source === 'events' && value.type === 'hello');
      if (resumed) lastEpoch = Math.min(lastEpoch, state.epochs.at(-1)?.epoch ?? 0);
      const news = entries.filter((entry) => !wasPrinted(entry, warnings));
      const isLive = !FINAL_STATES.has(state.status?.state ?? 'running');
      const place = { dir, run: state.run, isLive };
      for (const text of news.flatMap((entry) => entryLines(entry, style, place))) progress.line(text);
      printRows(state, (epoch) => epochIsSettled(state, epoch));
      const { share, left, right } = barText(state);
      progress.update(share, left, right);
    },
    note: (text) => progress.line(text),
    leave: () => progress.stop(),
    finish: ({ state, presence }) => {
      printRows(state, () => true);
      progress.stop();
      const end = { name: presence.state, dir, note: presence.note, installDir: io.installDir };
      for (const line of summaryLines(state, end, style)) progress.line(line);
    },
  };
}

function wasPrinted({ source, value }: RunEntry, warnings: readonly string[]): boolean {
  if (source !== 'events' || value.type !== 'log') return false;
  return warnings.some((text) => text.endsWith(value.message));
}
