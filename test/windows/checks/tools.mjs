// What is done with runs and models.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { equal, includes } from '../../helpers/checks.mjs';
import { onDisk, pitwall, readText, write } from '../lab.mjs';
import { drive } from '../provision.mjs';
import { CONFIG, DATA, SMALL } from './smoke.mjs';

/** Another drive. */
const OTHER = path.join(drive, '../drive_d');
const FIRST = `${DATA}\\runs\\s1`;

export async function tools(checks) {
  rmSync(OTHER, { recursive: true, force: true });
  mkdirSync(OTHER);
  const link = path.join(drive, '../dosdevices/d:');
  if (!existsSync(link)) symlinkSync(OTHER, link);
  await training(checks);
  await reading(checks);
}

async function training(checks) {
  await checks.ok(
    'runs on another drive; data.yaml with drive letter, backslashes, CRLF and a BOM',
    async () => {
      const names = readText(`${DATA}\\data.yaml`)
        .replaceAll('\r', '')
        .split(/^names:/m)[1];
      const escaped = DATA.replaceAll('\\', '\\\\');
      const yaml = `path: "${escaped}"\ntrain: images\\train\nval: images\\val\nnames:${names}`;
      write(`${DATA}\\win.yaml`, `\ufeff${yaml.replaceAll('\n', '\r\n')}`);
      write(
        `${DATA}\\win.train.yaml`,
        readText(CONFIG).replace('data.yaml', 'win.yaml').replaceAll('\n', '\r\n'),
      );
      const one = ['--set', 'epochs=1', '--set', 'warmup_epochs=0', '--name', 's2', '--runs', 'D:\\runs'];
      const args = ['train', `${DATA}\\win.train.yaml`, ...SMALL, ...one];
      includes(await pitwall(args), /^completed/m);
    },
  );
  await checks.ok('lr-find', async () => {
    const args = ['lr-find', CONFIG, ...SMALL, '--steps', '90', '--tests', '1', '--svg', 'D:\\lr.svg'];
    includes(await pitwall(args), 'lr0');
    equal(existsSync(path.join(OTHER, 'lr.svg')), true);
  });
}

async function reading(checks) {
  await checks.ok('compare two runs on two drives', async () => {
    includes(await pitwall(['compare', FIRST, 'D:\\runs\\s2']), 'mAP');
  });
  await checks.ok('validate a checkpoint by --run', async () => {
    includes(await pitwall(['validate', '--run', 'D:\\runs\\s2', '--device', 'cpu']), 'mAP');
  });
  await checks.ok('predict --save', async () => {
    const [image] = readdirSync(onDisk(`${DATA}\\images\\val`));
    const [epoch] = readdirSync(onDisk(`${FIRST}\\checkpoints`));
    const files = [`${FIRST}\\checkpoints\\${epoch}\\model.onnx`, `${DATA}\\images\\val\\${image}`];
    await pitwall(['predict', ...files, '--device', 'cpu', '--conf', '0.001', '--save', 'D:\\out']);
    equal(readdirSync(path.join(OTHER, 'out')).length, 1);
  });
  await checks.ok('export --tensorboard and --csv', async () => {
    await pitwall(['export', FIRST, '--tensorboard', '--out', 'D:\\tb']);
    await pitwall(['export', FIRST, '--csv', '--out', 'D:\\csv']);
    includes(readdirSync(path.join(OTHER, 'tb'), { recursive: true }).join(' '), 'tfevents');
    includes(readFileSync(path.join(OTHER, 'csv/steps.csv'), 'utf8'), ',');
  });
  await checks.ok('doctor names this system, and advises nothing that it does not have', async () => {
    const text = await pitwall(['doctor']);
    includes(text, 'win32-x64');
    equal(text.includes('gpu-runtime install'), false);
  });
  await checks.ok('without the Visual C++ runtime, doctor names it', async () => {
    const without = { WINEDLLOVERRIDES: 'mscoree,mshtml=;taskkill.exe=n;msvcp140=' };
    const text = await pitwall(['doctor'], { env: without, expected: [0, 1] });
    includes(text, 'Microsoft.VCRedist.2015+.x64');
  });
  await checks.ok('a data.yaml in GBK is refused by name', async () => {
    cpSync(onDisk(`${DATA}\\data.yaml`), onDisk(`${DATA}\\gbk.yaml`));
    const text = readFileSync(onDisk(`${DATA}\\data.yaml`), 'latin1').replace(
      /names:/,
      '# \xc8\xb1\xcf\xdd\nnames:',
    );
    write(`${DATA}\\gbk.yaml`, Buffer.from(text, 'latin1'));
    write(`${DATA}\\gbk.train.yaml`, readText(CONFIG).replace('data.yaml', 'gbk.yaml'));
    const args = ['train', `${DATA}\\gbk.train.yaml`, ...SMALL, '--name', 'gbk'];
    includes(await pitwall(args, { expected: [2] }), 'UTF-8');
  });
}
