import { readRun, readRunBytes } from '../run/folder/read';
import { isOwnRun, NotOwnRun, signRun } from '../run/folder/signature';
import { type NamedByRun, namedByRun } from '../run/named-by-run';
import { badInput } from './failure';
import { type CliIo, printLine } from './io';

/** An option of every command that acts on a run. */
export const TRUST = [
  '--trust',
  'act on a run that another user started, or that was copied or moved: what it names is executed',
] as const;

/** Whether the run may be acted on: it is this user's own, or they approve it now. */
export async function mayAct(io: CliIo, dir: string, trust = false): Promise<boolean> {
  if (await isOwnRun(dir)) return true;
  if (!trust) return false;
  const { run, bytes } = await readRunBytes(dir);
  printLine(io.stderr, `trusted: ${dir}; ${wordsOf(namedByRun(run))}`);
  await signRun(dir, bytes);
  return true;
}

/** Throws one line that says what would be executed. */
export async function requireActing(io: CliIo, dir: string, trust = false): Promise<void> {
  if (!(await mayAct(io, dir, trust))) throw badInput(await refusalOf(dir));
}

/** One line: why nothing is done, what would be executed, and the option that allows it. */
export async function refusalOf(dir: string): Promise<string> {
  return `${new NotOwnRun(dir).message}; --trust lets Pitwall act on it: ${wordsOf(namedByRun(await readRun(dir)))}`;
}

function wordsOf({ program, python, model, folder, data }: NamedByRun): string {
  const parts = [
    program === undefined ? undefined : `it runs ${program}`,
    python === undefined ? undefined : `its interpreter is ${python}`,
    model === undefined ? undefined : `its model is ${model}`,
    data === undefined ? undefined : `its dataset is ${data}`,
    `it works in ${folder}`,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}
