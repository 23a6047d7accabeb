// dist/validator.js over its own protocol, for the benches.
import { fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** Processor seconds of a process so far; on a busy machine they say more than wall time. Linux only, else NaN. */
export function processorSeconds(pid) {
  if (!existsSync(`/proc/${pid}/stat`)) return Number.NaN;
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

export function startValidator() {
  const { PITWALL_RUN: _, ...env } = process.env;
  const child = fork(path.join(root, 'dist/validator.js'), {
    serialization: 'advanced',
    env,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const pending = new Map();
  let id = 0;
  child.on('message', (m) => {
    if (m.kind === 'result') pending.get(m.id)?.resolve(m.value);
    if (m.kind === 'error') pending.get(m.id)?.reject(new Error(m.message));
  });
  child.send({ kind: 'hello', version: 1 });
  const validate = (params) =>
    new Promise((resolve, reject) => {
      pending.set(++id, { resolve, reject });
      child.send({ kind: 'request', id, method: 'validate', params });
    });
  return { validate, processor: () => processorSeconds(child.pid), stop: () => child.disconnect() };
}
