import type { XAxis } from '../../src/protocol/dashboard/types';

/** What a person chose in this view. The page owns it and keeps it with setState; nothing of the run is in it. */
export type Preferences = {
  readonly axis: XAxis;
  readonly smoothing: number;
  readonly tab: string;
  /** chart -> label -> shown, where it differs from the default. */
  readonly shown: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
  readonly logY: Readonly<Record<string, boolean>>;
  readonly table: Readonly<Record<string, boolean>>;
  readonly zoom: Readonly<Record<string, { readonly from: number; readonly to: number }>>;
};

export const defaultPreferences: Preferences = {
  axis: 'epoch',
  smoothing: 0.97,
  tab: 'checkpoints',
  shown: {},
  logY: {},
  table: {},
  zoom: {},
};

/** What setState gave back, mended where an older page wrote it. */
export function readPreferences(saved: unknown): Preferences {
  const preferences = (saved as { preferences?: Partial<Preferences> } | undefined)?.preferences;
  const merged = { ...defaultPreferences, ...preferences };
  const axes: readonly unknown[] = ['step', 'epoch', 'time'];
  return axes.includes(merged.axis) && Number.isFinite(merged.smoothing) ? merged : defaultPreferences;
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

export function toggle(preferences: Preferences, what: 'logY' | 'table', chart: string): Preferences {
  return { ...preferences, [what]: { ...preferences[what], [chart]: !preferences[what][chart] } };
}

export function withZoom(
  preferences: Preferences,
  chart: string,
  zoom: { readonly from: number; readonly to: number } | undefined,
): Preferences {
  const { [chart]: _, ...others } = preferences.zoom;
  return { ...preferences, zoom: zoom ? { ...others, [chart]: zoom } : others };
}

/** Another x axis has other numbers: zooms made on the old one go. */
export function withAxis(preferences: Preferences, axis: XAxis): Preferences {
  return { ...preferences, axis, zoom: {} };
}
