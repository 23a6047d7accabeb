import { FINAL_STATES } from '../../run/state-names';
import type { CliIo } from '../io';
import { createProgress } from '../output/progress';
import { styleFor } from '../output/style';
import { barText } from './bar-text';
import { entryLines } from './entry-lines';
import type { RunReporter } from './reporter';
import { summaryLines } from './summary';

/** States in which a range test has done its work: blowing the loss up is part of it. */
const DONE: ReadonlySet<string> = new Set(['completed', 'diverged']);

/** A bar and what the trainer says; the alarms that a range test is made to set off are not told. */
export function createRangeReporter(io: CliIo): RunReporter {
  const style = styleFor(io, io.stdout);
  const progress = createProgress(io.stdout);
  return {
    onEntries: (entries, state) => {
      const said = entries.filter(({ source }) => source === 'events');
      for (const text of said.flatMap((entry) => entryLines(entry, style))) progress.line(text);
      const { share, left, right } = barText(state);
      progress.update(share, left, right);
    },
    note: (text) => progress.line(text),
    leave: () => progress.stop(),
    finish: ({ state, presence, dir }) => {
      progress.stop();
      if (!FINAL_STATES.has(presence.state) || DONE.has(presence.state)) return;
      const end = { name: presence.state, dir, note: presence.note };
      for (const line of summaryLines(state, end, style)) progress.line(line);
    },
  };
}
