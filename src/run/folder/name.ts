import path from 'node:path';
import { RUN_NAME } from '../files';

/** One clear line where `name` is none that a run may have, on any system. */
export function runNameProblem(name: string): string | undefined {
  if (RUN_NAME.test(name)) return undefined;
  return `run name ${JSON.stringify(name)}: use 1 to 64 of A-Z a-z 0-9 . _ -, no leading dot and no Windows device name`;
}

/** What automatic names of an experiment start with: pcb.train.yaml with model nano gives `pcb-nano`. */
export function runNameStem(experimentFile: string, model: string): string {
  const base = path.basename(experimentFile).replace(/(\.train)?\.ya?ml$/i, '');
  const parts = [base, path.basename(model).replace(/\.[A-Za-z0-9]+$/, '')];
  const stem = parts
    .map(plain)
    .filter((part) => part !== '')
    .join('-')
    .slice(0, 56);
  return stem === '' ? 'run' : stem;
}

function plain(text: string): string {
  return text
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 40);
}

/** The stem with the next number after those in use; a deleted run's number below the highest is not given again. */
export function nextRunName(stem: string, taken: readonly string[]): string {
  const numbers = taken
    .filter((name) => name.startsWith(`${stem}-`))
    .map((name) => Number(name.slice(stem.length + 1)))
    .filter((n) => Number.isInteger(n) && n > 0);
  return `${stem}-${Math.max(0, ...numbers) + 1}`;
}
