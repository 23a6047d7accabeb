import { spawnSync } from 'node:child_process';
import type { Lab } from './lab';
import { Skip } from './lab';
import type { Values } from './rows';

/** The one function that the provider takes from the driver. */
const STUB = 'int cuTensorMapEncodeTiled(void) { return 999; }\n';

/** Installs the provider for torch's CUDA line, and tries it: with the card, or with a stub of the driver. */
export async function provider(lab: Lab): Promise<Values> {
  const { code, err } = await lab.cli(['gpu-runtime', 'install', ...(lab.hasGpu ? [] : ['--cuda', '13'])]);
  if (code !== 0) {
    const why = err.trim().split('\n').at(-1) ?? 'no word';
    if (lab.hasGpu) throw new Error(why);
    throw new Skip(why);
  }
  const installed = (await lab.cli(['gpu-runtime', 'status'])).out.split(',')[0].trim();
  const env = lab.hasGpu ? {} : { LD_LIBRARY_PATH: stubDriver(lab) };
  const [report] = await lab.json(['doctor'], env);
  const devices = report.devices as readonly { provider: string; available: boolean; reason: string }[];
  const cuda = devices.find((device) => device.provider === 'cuda');
  if (cuda?.available) lab.device = 'cuda';
  return { installed, available: cuda?.available === true, reason: cuda?.reason ?? 'not listed' };
}

function stubDriver(lab: Lab): string {
  const source = lab.write('stub/stub.c', STUB);
  const folder = lab.folder('stub');
  const library = `${folder}/libcuda.so.1`;
  const { status } = spawnSync('cc', ['-shared', '-fPIC', '-Wl,-soname,libcuda.so.1', '-o', library, source]);
  if (status !== 0) throw new Skip('no C compiler to make a stub of the driver');
  return folder;
}
