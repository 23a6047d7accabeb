import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { processesOfRun } from '../../src/engine/process/run-processes';
import { readRunSync } from '../../src/run/folder/read';
import { type Outcome, oneFault } from './one-fault';
import { describePlan, FREEZE_MS, type Plan, planOf } from './plan';
import { createWorld, type World } from './world';

// node test/faults/run.mjs [--count N] [--seed FIRST] [--freeze ci|full] [--table FILE]

const option = (name: string, otherwise: string): string => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : (process.argv[at + 1] ?? otherwise);
};

type Row = { readonly plan: Plan; readonly outcome: Outcome };

async function main(): Promise<number> {
  const first = Number(option('seed', '1'));
  const count = Number(option('count', '25'));
  const freezeMs = FREEZE_MS[option('freeze', 'ci') === 'full' ? 'full' : 'ci'];
  const world = await createWorld(path.join(tmpdir(), `pitwall-faults-${process.pid}`));
  const rows: Row[] = [];
  for (let seed = first; seed < first + count; seed++) {
    const row = await tell(world, planOf(seed, freezeMs));
    rows.push(row);
    const table = option('table', '');
    if (table !== '') writeFileSync(table, tableOf(rows));
  }
  const bad = rows.filter(({ outcome }) => outcome.findings.length > 0).length;
  console.log(
    `${count - bad} of ${count} faults without a finding${bad > 0 ? `; folders in ${world.folder}` : ''}`,
  );
  if (bad === 0) rmSync(world.folder, { recursive: true, force: true });
  return bad === 0 ? 0 : 1;
}

async function tell(world: World, plan: Plan): Promise<Row> {
  const outcome = await oneFault(world, plan);
  const { findings, seconds, resumes } = outcome;
  const how = findings.length === 0 ? 'ok' : `FOUND ${findings.join('; ')}`;
  console.log(`${describePlan(plan)}: ${how} (${seconds.toFixed(1)} s, ${resumes} resumes)`);
  endAll(path.join(world.folder, 'runs', `fault-${plan.seed}`), findings.length === 0);
  return { plan, outcome };
}

/** A fault's leftovers must not disturb the next run; a clean run leaves nothing. */
function endAll(dir: string, isClean: boolean): void {
  if (existsSync(path.join(dir, 'run.json')))
    for (const { pid } of processesOfRun(readRunSync(dir).id)) process.kill(pid, 'SIGKILL');
  if (isClean) rmSync(dir, { recursive: true, force: true });
}

function tableOf(rows: readonly Row[]): string {
  const kinds = [...new Set(rows.map(({ plan }) => kindOf(plan)))].sort();
  const lines = kinds.map((kind) => {
    const of = rows.filter(({ plan }) => kindOf(plan) === kind);
    const bad = of.filter(({ outcome }) => outcome.findings.length > 0);
    const resumes = of.reduce((sum, { outcome }) => sum + outcome.resumes, 0);
    return `| ${kind} | ${of.length} | ${bad.length} | ${resumes} |`;
  });
  const found = rows.filter(({ outcome }) => outcome.findings.length > 0);
  const told = found.map(({ plan, outcome }) => `- ${describePlan(plan)}: ${outcome.findings.join('; ')}`);
  return ['| fault | runs | findings | resumes |', '|---|---|---|---|', ...lines, '', ...told, ''].join('\n');
}

const NAMES: Readonly<Record<string, string>> = { 13: 'EACCES', 24: 'EMFILE', 28: 'ENOSPC', 30: 'EROFS' };

function kindOf({ fault }: Plan): string {
  switch (fault.kind) {
    case 'kill':
      return `kill -9 of ${fault.roles.join(' and ') || 'no process'}`;
    case 'freeze':
      return `${fault.role} stopped for a while`;
    case 'hosts':
      return `two hosts ask at once: ${fault.ask}`;
    case 'torn':
      return `writer killed, torn line in ${fault.file}`;
    case 'deleted':
      return 'run folder deleted';
    case 'system':
      return systemKind(fault.role, fault.spec);
  }
}

function systemKind(role: string, spec: string): string {
  if (spec.startsWith('ops=clock')) return `clock jump in ${role}`;
  if (spec.startsWith('ops=inotify')) return `watching fails in ${role}`;
  return `${NAMES[/errno=(\d+)/.exec(spec)?.[1] ?? ''] ?? spec} in ${role}`;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(2);
  },
);
