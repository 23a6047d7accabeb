import * as vscode from 'vscode';
import { startValidator } from '../../engine/validator-process';
import type { DeviceReport } from '../../protocol/validator';
import type { Services } from '../services';
import { requireTrust } from '../trust';

/** What this machine can validate on, and why not on the rest; as a document that can be kept or sent. */
export async function checkEnvironment(services: Services): Promise<void> {
  if (!(await requireTrust())) return;
  const title = vscode.l10n.t('Looking at devices');
  const devices = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title },
    async () => {
      const validator = startValidator(services.host());
      try {
        return await validator.devices();
      } finally {
        await validator.stop();
      }
    },
  );
  const content = reportOf(services, devices);
  const document = await vscode.workspace.openTextDocument({ language: 'markdown', content });
  await vscode.window.showTextDocument(document, { preview: true });
}

function reportOf({ version }: Services, devices: readonly DeviceReport[]): string {
  const { t } = vscode.l10n;
  const mark = (device: DeviceReport): string =>
    device.available ? (device.software ? t('software only') : t('yes')) : t('no');
  return [
    `# ${t('Pitwall environment')}`,
    '',
    `Pitwall ${version}, VS Code ${vscode.version}, Node ${process.versions.node}, ${process.platform}-${process.arch}`,
    '',
    `| ${t('provider')} | ${t('device')} | ${t('usable')} | FP16 | ${t('why')} |`,
    '|---|---|---|---|---|',
    ...devices.map(
      (d) =>
        `| ${d.provider} | ${d.device} | ${mark(d)} | ${d.half ? t('yes') : t('no')} | ${[d.reason, d.halfReason].filter((r) => r !== '').join('; ')} |`,
    ),
    '',
  ].join('\n');
}
