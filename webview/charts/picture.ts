import type { ChartId } from '../../src/protocol/dashboard/types';
import type { Host } from '../base/host';
import type { ChartCard } from './card';

/** To the clipboard if the editor lets a page write images, else the host asks for a file to save it in. */
export async function copyPng(host: Host, name: string, card: ChartCard | undefined): Promise<void> {
  const blob = await card?.toPng();
  if (!blob) return;
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
  } catch {
    await saveBytes(host, `${name}.png`, blob);
  }
}

type Saved = { readonly chart: ChartId; readonly what: string; readonly card: ChartCard | undefined };

/** The host asks for the format; a picture is drawn here, a table written there. */
export async function saveChart(host: Host, { chart, what, card }: Saved): Promise<void> {
  const format = await host.request('saveChart', { chart, what });
  if (format === undefined) return;
  const svg = format === 'svg' ? card?.toSvg() : undefined;
  const picture = svg === undefined ? await card?.toPng() : new Blob([svg]);
  if (picture) await saveBytes(host, `${chart}.${format}`, picture);
}

async function saveBytes(host: Host, name: string, blob: Blob): Promise<void> {
  await host.request('saveFile', { name, bytes: new Uint8Array(await blob.arrayBuffer()) });
}
