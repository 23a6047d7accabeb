// `trainer: command`: a program of the user's is asked to stop, survives its reader, and may be a .cmd.
import { existsSync, rmSync } from 'node:fs';
import { equal, includes, until } from '../../helpers/checks.mjs';
import { end, evaluate, lives, onDisk, pitwall, readText, statusOf, write } from '../lab.mjs';

const PLACE = 'C:\\项目 数据\\a program';

const PROGRAM = `const fs = require('fs'); const { PITWALL_METRICS: out, PITWALL_STOP: stop } = process.env; let i = 0;
fs.writeFileSync(__dirname + '/program.pid', String(process.pid)); fs.rmSync(__dirname + '/saw-stop', { force: true });
const say = (line) => fs.appendFileSync(out, JSON.stringify(line) + '\\n'); say({ step: 0, epoch: 0 });
require('child_process').execFile('console.exe', (_, text) => fs.writeFileSync(__dirname + '/console.txt', text));
setInterval(() => { i++; say({ step: i, epoch: Math.floor(i / 10), loss: 1 / i });
  if (fs.existsSync(stop)) { fs.writeFileSync(__dirname + '/saw-stop', '1'); process.exit(0); } }, 300);
`;
const experiment = (run) =>
  `trainer: command\r\nepochs: 5\r\ncommand:\r\n  run: ${run}\r\n  reads: jsonl\r\n`;

const pidFile = `${PLACE}\\program.pid`;
const programOf = () => Number(readText(pidFile));

async function start(name, config) {
  rmSync(onDisk(pidFile), { force: true });
  rmSync(onDisk(`${PLACE}\\saw-stop`), { force: true });
  await pitwall(['train', `${PLACE}\\${config}.train.yaml`, '--name', name, '--detach']);
  const run = `${PLACE}\\runs\\${name}`;
  await until('numbers of the program', () => /loss/.test(readText(`${run}\\events.jsonl`)));
  return run;
}

export async function programs(checks) {
  rmSync(onDisk(PLACE), { recursive: true, force: true });
  write(`${PLACE}\\train.js`, PROGRAM);
  write(`${PLACE}\\train.cmd`, '@echo off\r\n"C:\\Program Files\\nodejs\\node.exe" "%~dp0train.js"\r\n');
  write(`${PLACE}\\exe.train.yaml`, experiment('["C:\\\\Program Files\\\\nodejs\\\\node.exe", train.js]'));
  write(`${PLACE}\\cmd.train.yaml`, experiment('[train.cmd]'));
  write(`${PLACE}\\none.train.yaml`, experiment('[no-such-program]'));
  await checks.ok('a program is asked to stop, and sees the stop file before it ends', async () => {
    const run = await start('c1', 'exe');
    await pitwall(['stop', run]);
    equal(existsSync(onDisk(`${PLACE}\\saw-stop`)), true);
  });
  await checks.ok('what it starts shares its console, and opens no window', async () => {
    const alone = `const output = require('fs').openSync('C:/alone.txt', 'w'); require('child_process').spawn(
      process.execPath, ['-e', "require('child_process').spawn('console.exe', { stdio: 'inherit' })"],
      { detached: true, stdio: ['ignore', output, output] })`;
    await evaluate(alone);
    equal([readText('C:\\alone.txt'), Number(readText(`${PLACE}\\console.txt`)) > 1], ['1', true]);
  });
  await survives(checks);
  await checks.ok('a .cmd runs, and is asked to stop', async () => {
    const run = await start('c3', 'cmd');
    await pitwall(['stop', run]);
    equal(existsSync(onDisk(`${PLACE}\\saw-stop`)), true);
  });
  await checks.ok('a program that does not exist is named', async () => {
    const args = ['train', `${PLACE}\\none.train.yaml`, '--name', 'c4'];
    includes(await pitwall(args, { expected: [1, 2] }), /no-such-program/);
  });
}

async function survives(checks) {
  await checks.ok('its reader killed: the program goes on and is read on, and a stop ends it', async () => {
    const run = await start('c2', 'exe');
    const [program, reader] = [programOf(), statusOf(run).trainer.pid];
    await end(reader);
    await until('another reader', () => ![undefined, reader].includes(statusOf(run)?.trainer?.pid));
    equal(await lives(program), true);
    const before = readText(`${run}\\events.jsonl`).length;
    await until('more numbers', () => readText(`${run}\\events.jsonl`).length > before);
    equal(statusOf(run).state, 'running');
    await pitwall(['stop', run]);
    equal(
      await evaluate(
        `try { process.kill(${program}, 0); console.log('alive') } catch { console.log('gone') }`,
      ),
      'gone',
    );
  });
}
