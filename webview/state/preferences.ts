import type { XAxis } from '../../src/protocol/dashboard/types';

/** Precision over recall, or one of three over confidence. */
export type CurveKind = 'pr' | 'f1' | 'precision' | 'recall';

export type Zoom = { readonly from: number; readonly to: number };

/** What a person chose in this view. The page owns it and keeps it with setState; it holds nothing of the run. */
export type Preferences = {
  readonly axis: XAxis;
  readonly smoothing: number;
  readonly tab: string;
  readonly curve: CurveKind;
  /** chart -> label -> shown, if it differs from the default. */
  readonly shown: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
  readonly logY: Readonly<Record<string, boolean>>;
  readonly table: Readonly<Record<string, boolean>>;
  /** Charts of shares from 0 to 1, instead of the range that their data fill. */
  readonly wholeY: Readonly<Record<string, boolean>>;
  /** The range of x that every chart of the run shows; all of it if undefined. */
  readonly zoom: Zoom | undefined;
};

export const defaultPreferences: Preferences = {
  axis: 'epoch',
  smoothing: 0.97,
  tab: 'overview',
  curve: 'pr',
  shown: {},
  logY: {},
  table: {},
  wholeY: {},
  zoom: undefined,
};

/** What setState returned, corrected if an older page wrote it. */
export function readPreferences(saved: unknown): Preferences {
  const preferences = (saved as { preferences?: Partial<Preferences> } | undefined)?.preferences;
  const merged = { ...defaultPreferences, ...preferences };
  const axes: readonly unknown[] = ['step', 'epoch', 'time'];
  const curves: readonly unknown[] = ['pr', 'f1', 'precision', 'recall'];
  if (!axes.includes(merged.axis) || !curves.includes(merged.curve) || !Number.isFinite(merged.smoothing))
    return defaultPreferences;
  return { ...merged, zoom: isRange(merged.zoom) ? merged.zoom : undefined };
}

/** Earlier pages kept a zoom for each chart. */
function isRange(value: unknown): value is Zoom {
  const range = value as Partial<Zoom> | undefined;
  return Number.isFinite(range?.from) && Number.isFinite(range?.to);
}

export function isShown(
  preferences: Preferences,
  chart: string,
  series: { readonly label: string; readonly optional?: boolean },
): boolean {
  return preferences.shown[chart]?.[series.label] ?? series.optional !== true;
}

export function toggleShown(
  preferences: Preferences,
  chart: string,
  series: { readonly label: string; readonly optional?: boolean },
): Preferences {
  const shown = { ...preferences.shown[chart], [series.label]: !isShown(preferences, chart, series) };
  return { ...preferences, shown: { ...preferences.shown, [chart]: shown } };
}

export type ChartSwitch = 'logY' | 'table' | 'wholeY';

export function toggle(preferences: Preferences, what: ChartSwitch, chart: string): Preferences {
  return { ...preferences, [what]: { ...preferences[what], [chart]: !preferences[what][chart] } };
}

export const withZoom = (preferences: Preferences, zoom: Zoom | undefined): Preferences => ({
  ...preferences,
  zoom,
});

/** Another x axis has other numbers: a zoom made on the old one is dropped. */
export function withAxis(preferences: Preferences, axis: XAxis): Preferences {
  return { ...preferences, axis, zoom: undefined };
}
