import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { listTrash, requireAtRest, restoreRun, trashRun } from '../../engine/control/trash';
import { RUN_TAG } from '../../run/files';
import { readMeta, updateMeta } from '../../run/folder/whole-file';
import type { Cli } from '../cli';
import { badInput, type ExitCode, refusing } from '../failure';
import { type CliIo, printLine } from '../io';
import { resolveWholeRun } from '../run-reference';
import { requireActing, TRUST } from '../trust';
import { RUN, RUNS } from './requests';

// What a person adds to a run, and where it is kept: meta.json and the trash. Each asks whose the run is.

type Place = { readonly runs: string; readonly trust?: true };

async function ownFolder(io: CliIo, text: string, { runs, trust }: Place): Promise<string> {
  const dir = resolveWholeRun(io, text, runs);
  await requireActing(io, dir, trust);
  return dir;
}

/** Each once. All are found, and all asked for, before the first is touched. */
async function ownFolders(io: CliIo, texts: readonly string[], place: Place): Promise<ReadonlySet<string>> {
  const dirs = texts.map((text) => resolveWholeRun(io, text, place.runs));
  for (const dir of dirs) await requireActing(io, dir, place.trust);
  return new Set(dirs);
}

export function noteCommand({ io, run }: Cli) {
  return new Command('note')
    .description('write a note on a run, or print it')
    .argument(...RUN)
    .argument('[text...]', 'the note, in place of the one before; without it the note is printed')
    .option('--append', 'add a line to the note')
    .option(...RUNS)
    .option(...TRUST)
    .action(
      run(async (text, words, { append, ...place }) => {
        if (words.length === 0) return printNote(io, resolveWholeRun(io, text, place.runs));
        const dir = await ownFolder(io, text, place);
        const { notes: before } = await readMeta(dir);
        const added = words.join(' ');
        await updateMeta(dir, { notes: append && before ? `${before}\n${added}` : added });
        return 0;
      }),
    );
}

async function printNote(io: CliIo, dir: string): Promise<ExitCode> {
  const { notes = '' } = await readMeta(dir);
  for (const line of notes.split('\n').filter((one) => one !== '')) printLine(io.stdout, line);
  return 0;
}

export function tagCommand({ io, run }: Cli) {
  return new Command('tag')
    .description('put tags on a run, or print those that it has')
    .argument(...RUN)
    .argument('[tags...]', 'words without commas')
    .option('--remove', 'take these tags off')
    .option(...RUNS)
    .option(...TRUST)
    .action(
      run(async (text, tags, { remove = false, ...place }) => {
        if (tags.length > 0) await changeTags(await ownFolder(io, text, place), tags, remove);
        const { tags: now = [] } = await readMeta(resolveWholeRun(io, text, place.runs));
        printLine(io.stdout, now.join(', '));
        return 0;
      }),
    );
}

async function changeTags(dir: string, tags: readonly string[], remove: boolean): Promise<void> {
  const wrong = tags.find((tag) => !RUN_TAG.test(tag));
  if (wrong !== undefined)
    throw badInput(`tag ${wrong}: expected a word of at most 40 letters without commas`);
  const { tags: before = [] } = await readMeta(dir);
  const kept = before.filter((tag) => !tags.includes(tag));
  await updateMeta(dir, { tags: remove ? kept : [...kept, ...tags] });
}

export function renameCommand({ io, run }: Cli) {
  return new Command('rename')
    .description('give a run a title; its folder keeps its name')
    .argument(...RUN)
    .argument('<title>', 'shown in place of the name; empty: the name again')
    .option(...RUNS)
    .option(...TRUST)
    .action(
      run(async (text, title, place) => {
        const dir = await ownFolder(io, text, place);
        await updateMeta(dir, { title: title.trim() === '' ? undefined : title.trim() });
        return 0;
      }),
    );
}

export function archiveCommand({ io, run }: Cli) {
  return new Command('archive')
    .description('hide runs from the list; their folders stay as they are')
    .argument('<runs...>', 'run folders, or names under runs/')
    .option('--undo', 'list them again')
    .option(...RUNS)
    .option(...TRUST)
    .action(
      run(async (texts, { undo, ...place }) => {
        const dirs = await ownFolders(io, texts, place);
        for (const dir of dirs) await updateMeta(dir, { archived: !undo });
        return 0;
      }),
    );
}

export function rmCommand({ io, run }: Cli) {
  return new Command('rm')
    .description('move runs to the trash of their folder; pitwall gc empties it')
    .argument('<runs...>', 'run folders, or names under runs/; with --undo names in the trash')
    .option('--undo', 'put them back')
    .option(...RUNS)
    .option(...TRUST)
    .action(
      run(async (texts, { undo, ...place }) => {
        if (undo) await putBack(io, texts, place);
        else await trash(io, await ownFolders(io, texts, place));
        return 0;
      }),
    );
}

async function trash(io: CliIo, dirs: ReadonlySet<string>): Promise<void> {
  for (const dir of dirs) await refusing(requireAtRest(dir));
  for (const dir of dirs) {
    const { name } = await refusing(trashRun(dir));
    printLine(io.stdout, `in the trash: ${name}; back with pitwall rm --undo ${name}`);
  }
}

/** Of each name the one that was deleted last, if several had it. */
async function putBack(io: CliIo, names: readonly string[], { runs }: Place): Promise<void> {
  const runsDir = path.resolve(io.cwd, runs);
  const inTrash = await listTrash(runsDir);
  const found = [...new Set(names)].map((name) => {
    const one = inTrash.find((run) => run.name === name);
    if (!one) throw badInput(`${name}: no such run in the trash of ${runsDir}`);
    return one;
  });
  for (const one of found) await requireActing(io, one.dir);
  for (const one of found) printLine(io.stdout, `back: ${await refusing(restoreRun(one))}`);
}
