import type { Translate } from '../../base/translate';
import type { PythonReport } from '../../engine/python/find';
import type { DeviceReport } from '../../protocol/validator';

export type Environment = {
  readonly machine: string;
  /** Or why no device could be asked. */
  readonly devices: readonly DeviceReport[] | string;
  readonly pythons: readonly PythonReport[];
};

/** The environment as Markdown: which devices can be used, which Pythons were found. */
export function environmentReport({ machine, devices, pythons }: Environment, t: Translate): string {
  return [
    `# ${t('Pitwall environment')}`,
    machine,
    `## ${t('Devices')}`,
    typeof devices === 'string' ? t('No device could be asked: {0}', devices) : deviceTable(devices, t),
    `## Python`,
    pythons.length === 0
      ? t('No Python was found; only the Ultralytics trainer needs one.')
      : pythonTable(pythons, t),
    '',
  ].join('\n\n');
}

function deviceTable(devices: readonly DeviceReport[], t: Translate): string {
  const usable = (device: DeviceReport): string =>
    device.available ? (device.software ? t('software only') : t('yes')) : t('no');
  const rows = devices.map((device) => [
    device.provider,
    device.device,
    usable(device),
    device.half ? t('yes') : t('no'),
    [device.reason, device.available ? device.halfReason : ''].filter((text) => text !== '').join('; '),
  ]);
  return table([t('provider'), t('device'), t('usable'), 'FP16', t('why')], rows);
}

function pythonTable(pythons: readonly PythonReport[], t: Translate): string {
  const rows = pythons.map((python) => [
    python.found,
    python.version ?? '–',
    python.packages?.torch ?? '–',
    python.packages?.ultralytics ?? '–',
    python.problem ?? python.executable,
  ]);
  return table([t('found by'), t('version'), 'torch', 'ultralytics', t('where')], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** Paths and driver messages are text, never markup. */
const cell = (text: string): string =>
  text
    .replace(/[\\`*_[\]<>|]/g, (mark) => (mark === '<' ? '&lt;' : `\\${mark}`))
    .replaceAll('\n', ' ')
    .trim();
