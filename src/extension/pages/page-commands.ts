import * as z from 'zod';
import { topicOf } from '../../domain/display/statistics-page';

// What a message of a page can lead to. A page shows what strangers wrote: if one ever spoke in its name, it could press its
// buttons, of runs that are shown, and nothing else.

/** Buttons of a dashboard -> commands, so that a button, the palette and a tree do the same thing. */
const OF_A_RUN: Readonly<Record<string, string>> = {
  stop: 'pitwall.stop',
  pause: 'pitwall.pause',
  resume: 'pitwall.resume',
  rewind: 'pitwall.rewind',
  setLr: 'pitwall.setLearningRate',
  compare: 'pitwall.compareRuns',
  validate: 'pitwall.validateCheckpoint',
  tryImage: 'pitwall.tryCheckpoint',
  pin: 'pitwall.pinCheckpoint',
  unpin: 'pitwall.unpinCheckpoint',
  reveal: 'pitwall.revealCheckpoint',
  dashboard: 'pitwall.openDashboard',
  start: 'pitwall.startTraining',
  newExample: 'pitwall.newExample',
  stopAfterEpoch: 'pitwall.stopAfterEpoch',
  findLr: 'pitwall.findLearningRate',
  checkEnvironment: 'pitwall.checkEnvironment',
  openExperiment: 'pitwall.openExperiment',
  revealFolder: 'pitwall.revealRunFolder',
  showLog: 'pitwall.showRunLog',
  export: 'pitwall.exportRun',
};

/** Buttons of the table of runs; those of several runs take the first as the one that was clicked. */
const OF_THE_TABLE: Readonly<Record<string, string>> = {
  open: 'pitwall.openDashboard',
  compare: 'pitwall.compareRuns',
  report: 'pitwall.openReport',
  rename: 'pitwall.renameRun',
  note: 'pitwall.editNotes',
  tags: 'pitwall.editTags',
  archive: 'pitwall.archiveRun',
  restore: 'pitwall.restoreRun',
  delete: 'pitwall.deleteRun',
};

const MOST_RUNS = 20_000;
export const zDirs = z.array(z.string()).max(MOST_RUNS);
const zTableAct = z.object({ id: z.string().max(64), dirs: zDirs });

/** Throws for what is not a button of a dashboard. */
export const commandOfRun = (id: string): string => commandOf(OF_A_RUN, id);

type PageCommand = { readonly command: string; readonly args: readonly unknown[] };

/**
 * What a button of the table does: a paragraph, or a command of runs, those of `known` alone. Undefined if there are none: a
 * command would take one by itself.
 */
export function tableCommand(message: unknown, known: ReadonlySet<string>): PageCommand | undefined {
  const { id, dirs } = zTableAct.parse(message);
  const topic = topicOf(id);
  if (topic) return { command: 'pitwall.explainNumbers', args: [topic] };
  const command = commandOf(OF_THE_TABLE, id);
  const all = dirs.filter((dir) => known.has(dir)).map((dir) => ({ dir }));
  if (all.length === 0) return undefined;
  return { command, args: all.length === 1 ? all : [all[0], all] };
}

function commandOf(table: Readonly<Record<string, string>>, id: string): string {
  if (!Object.hasOwn(table, id)) throw new Error(`a page requested ${id}, which is not an action`);
  return table[id];
}
