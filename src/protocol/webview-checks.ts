import * as z from 'zod';
import { CHART_IDS } from './dashboard/types';

// Run-time checks of what a page sends. Apart from webview.ts, since pages themselves do not carry zod.

const zChartLens = z.object({
  width: z.number().int().min(1).max(10_000),
  from: z.number().optional(),
  to: z.number().optional(),
});

export const zLens = z.object({
  axis: z.enum(['step', 'epoch', 'time']),
  smoothing: z.number().min(0).max(0.999),
  charts: z.partialRecord(z.enum(CHART_IDS), zChartLens),
  rows: z.number().int().min(0),
});

export const zAct = z.object({ id: z.string().max(64), epoch: z.number().int().min(1).optional() });
export const zBreakdown = z.object({ epoch: z.number().int().min(1).optional() });
const zClass = z.number().int().min(0);
export const zGallery = z.object({
  epoch: z.number().int().min(1).optional(),
  from: z.number().int().min(0),
  confused: z.object({ predicted: zClass, truth: zClass }).optional(),
});
export const zCopy = z.object({ text: z.string().max(50_000_000), what: z.string().max(200) });
export const zChartWish = z.object({ chart: z.enum(CHART_IDS), what: z.string().max(200) });
export const zSaveFormat = zChartWish.pick({ what: true });
export const zSaveFile = z.object({
  name: z.string().max(200),
  bytes: z.instanceof(Uint8Array),
});
export const zTrouble = z.object({ kind: z.enum(['error', 'csp']), message: z.string().max(10_000) });
