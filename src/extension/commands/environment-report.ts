import type { Translate } from '../../base/translate';
import { say } from '../../base/words';
import type { PythonReport } from '../../engine/python/find';
import type { TargetFinding } from '../../engine/targets/finding';
import type { DeviceReport } from '../../protocol/validator';

type FoundTools = {
  readonly machine: string;
  /** Or why the devices could not be listed. */
  readonly devices: readonly DeviceReport[] | string;
  readonly pythons: readonly PythonReport[];
};

/** The environment as Markdown: which devices can be used, which Pythons were found. */
export function environmentReport({ machine, devices, pythons }: FoundTools, t: Translate): string {
  return [
    `# ${t('Pitwall environment')}`,
    machine,
    `## ${t('Devices')}`,
    typeof devices === 'string' ? t('The devices could not be listed: {0}', devices) : deviceList(devices, t),
    `## Python`,
    pythons.length === 0
      ? t('No Python was found; only the Ultralytics trainer needs one.')
      : pythonList(pythons, t),
    '',
  ].join('\n\n');
}

/** What was found of a cluster: a line for each, with the fix of what is not as it should be. */
export function targetReport(name: string, findings: readonly TargetFinding[], t: Translate): string {
  const lines = findings.map(({ ok, warns, said, fix }) =>
    item(`${ok ? (warns ? '⚠' : '✓') : '✗'} ${plain(say(said, t))}`, fix ? say(fix, t) : ''),
  );
  return [`# ${t('Target {0}', plain(name))}`, '', ...lines, ''].join('\n');
}

/** A list, not a table: reasons are sentences, and the page may be narrow. */
function deviceList(devices: readonly DeviceReport[], t: Translate): string {
  const usable = (device: DeviceReport): string =>
    device.available ? (device.software ? t('software only') : t('yes')) : t('no');
  return devices
    .map((device) => {
      const name =
        device.device === device.provider ? device.provider : `${device.provider} (${device.device})`;
      const half = device.half ? t('yes') : t('no');
      const why = [device.reason, device.available ? device.halfReason : ''].filter((text) => text !== '');
      const head = `**${plain(name)}** · ${t('usable')}: ${usable(device)} · FP16: ${half}`;
      return item(head, why.join('; '));
    })
    .join('\n');
}

function pythonList(pythons: readonly PythonReport[], t: Translate): string {
  return pythons
    .map(({ found, version, packages, problem, executable }) => {
      const versions = `torch ${packages?.torch ?? '–'} · ultralytics ${packages?.ultralytics ?? '–'}`;
      const head = `**Python ${plain(version ?? '–')}** (${t('found by')} ${plain(found)}) · ${plain(versions)}`;
      return item(head, problem ? say(problem, t) : executable);
    })
    .join('\n');
}

const item = (head: string, text: string): string =>
  text === '' ? `- ${head}` : `- ${head}  \n  ${plain(text)}`;

/** Paths and driver messages are text, never markup. */
const plain = (text: string): string =>
  text
    .replace(/[\\`*_[\]<>|#]/g, (mark) => (mark === '<' ? '&lt;' : `\\${mark}`))
    .replaceAll('\n', ' ')
    .trim();
