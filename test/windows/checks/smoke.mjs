// The build loads, and one short run goes from start to end.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { equal, includes, until } from '../../helpers/checks.mjs';
import { evaluate, forgetHelpers, helperCalls, node, onDisk, pitwall, readText } from '../lab.mjs';

export const DATA = 'C:\\项目 数据\\pcb';
export const CONFIG = `${DATA}\\pcb.train.yaml`;
export const SMALL = [...['--set', 'imgsz=64', '--set', 'device=cpu', '--set', 'validation.device=cpu']];
/** A real one needs as long to start. */
const PS_DELAY = { PS_DELAY_MS: '400' };

export async function smoke(checks) {
  rmSync(onDisk('C:\\项目 数据'), { recursive: true, force: true });
  await machine(checks);
  await checks.ok('help', async () => includes(await pitwall(['--help']), 'Exit codes'));
  await checks.ok('init in a folder with Chinese and a space; what it says next can be pasted', async () => {
    includes(await pitwall(['init', DATA]), 'pitwall train "项目 数据\\pcb\\pcb.train.yaml"');
  });
  await checks.ok('schedule', async () => includes(await pitwall(['schedule', CONFIG]), 'steps per epoch'));
  forgetHelpers();
  await checks.ok('train an epoch and validate it', async () => {
    const one = ['--set', 'epochs=1', '--set', 'warmup_epochs=0', '--name', 's1'];
    const text = await pitwall(['train', CONFIG, ...SMALL, ...one], { env: PS_DELAY });
    includes(text, /^completed/m);
  });
  const run = `${DATA}\\runs\\s1`;
  await checks.ok('status.json was replaced each time', async () => {
    equal(readText(`${run}\\keeper.log`).match(/EPERM|EBUSY/g), null);
  });
  await checks.ok('the lock is released, and no file of a process is left', async () => {
    // The keeper ends a moment after the run.
    await until('the lock is released', () => existsSync(onDisk(`${run}\\keeper.1.released`)));
    equal(readdirSync(onDisk(`${run}\\processes`)), []);
  });
  await checks.ok('at most three helper programs were started for that run', async () => {
    const calls = helperCalls();
    console.log(`     PowerShell and taskkill: ${calls}`);
    // None at all would be a lab that does not count.
    if (calls < 1 || calls > 3) throw new Error(`${calls} helper programs were started`);
  });
}

async function machine(checks) {
  await checks.ok('Node is that of Windows', async () =>
    equal(await evaluate('console.log(process.platform)'), 'win32'),
  );
  await checks.ok('onnxruntime loads', () => evaluate("require('C:/pitwall/node_modules/onnxruntime-node')"));
  await checks.ok('sharp encodes', () =>
    evaluate(
      "require('C:/pitwall/node_modules/sharp')({create:{width:8,height:8,channels:3,background:'red'}}).png().toBuffer()",
    ),
  );
  await checks.ok('the lab: an open file cannot be renamed over, as on Windows', async () => {
    const script = `const fs = require('fs'); fs.writeFileSync('C:/a', '1'); fs.writeFileSync('C:/b', '2');
      const handle = fs.openSync('C:/a'); try { fs.renameSync('C:/b', 'C:/a'); } catch (e) { console.log(e.code); }`;
    equal((await node(['-e', script])).text.trim(), 'EPERM');
  });
}
