import type { ChartId } from '../../src/protocol/dashboard/types';
import type { ChartPicture } from '../../src/protocol/webview';
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
  if (format !== undefined) await savePicture(host, chart, { format, card });
}

type SavedHere = { readonly name: string; readonly what: string; readonly csv: () => string };

/** The same of what only the page knows: the table is written from here, too. */
export async function saveHere(host: Host, { name, what, csv }: SavedHere, card: ChartCard): Promise<void> {
  const format = await host.request('saveFormat', { what });
  if (format === 'csv') await saveBytes(host, `${name}.csv`, new Blob([csv()]));
  else if (format !== undefined) await savePicture(host, name, { format, card });
}

type DrawnPicture = { readonly format: ChartPicture; readonly card: ChartCard | undefined };

async function savePicture(host: Host, name: string, { format, card }: DrawnPicture): Promise<void> {
  const svg = format === 'svg' ? card?.toSvg() : undefined;
  const picture = svg === undefined ? await card?.toPng() : new Blob([svg]);
  if (picture) await saveBytes(host, `${name}.${format}`, picture);
}

async function saveBytes(host: Host, name: string, blob: Blob): Promise<void> {
  await host.request('saveFile', { name, bytes: new Uint8Array(await blob.arrayBuffer()) });
}
