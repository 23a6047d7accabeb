// What nvidia-smi prints period after period, a line a card or a process; lines of one period begin with the same time.

export type CardReading = {
  readonly uuid: string;
  readonly index: number;
  readonly name: string;
  readonly usedBytes: number;
  readonly totalBytes: number;
  /** Share of the time in which something computed, in percent. NaN: this card does not report it, as for what follows. */
  readonly busy: number;
  readonly celsius: number;
  readonly watts: number;
  readonly mostWatts: number;
};

export type ProcessReading = { readonly uuid: string; readonly pid: number; readonly bytes: number };

const FORMAT = '--format=csv,noheader,nounits';
const every = (seconds: number): readonly string[] => ['-l', String(seconds)];

export const cardReadings = (seconds: number): readonly string[] => [
  '--query-gpu=timestamp,uuid,index,memory.used,memory.total,utilization.gpu,temperature.gpu,power.draw,power.limit,name',
  FORMAT,
  ...every(seconds),
];

export const processReadings = (seconds: number): readonly string[] => [
  '--query-compute-apps=timestamp,gpu_uuid,pid,used_memory',
  FORMAT,
  ...every(seconds),
];

const MIB = 1024 ** 2;
const CARD_FIELDS = 10;

/** "[N/A]", "[Not Supported]": NaN. */
const numberOf = (text: string | undefined): number => Number.parseFloat(text ?? '');
const fieldsOf = (line: string): string[] => line.split(',').map((field) => field.trim());

export type Timed<T> = { readonly time: string; readonly value: T };

export function parseCardReading(line: string): Timed<CardReading> | undefined {
  const fields = fieldsOf(line);
  const [time, uuid, index, used, total, busy, celsius, watts, mostWatts] = fields;
  if (fields.length < CARD_FIELDS || !uuid.startsWith('GPU-')) return undefined;
  const value = {
    uuid,
    index: numberOf(index),
    // Last, as it may hold a comma.
    name: fields.slice(CARD_FIELDS - 1).join(', '),
    usedBytes: numberOf(used) * MIB,
    totalBytes: numberOf(total) * MIB,
    busy: numberOf(busy),
    celsius: numberOf(celsius),
    watts: numberOf(watts),
    mostWatts: numberOf(mostWatts),
  };
  return { time, value };
}

export function parseProcessReading(line: string): Timed<ProcessReading> | undefined {
  const [time, uuid, pid, bytes] = fieldsOf(line);
  if (!uuid?.startsWith('GPU-')) return undefined;
  return { time, value: { uuid, pid: numberOf(pid), bytes: numberOf(bytes) * MIB } };
}

/** Collects lines of one time; gives them when the first of the next time comes. */
export function createPeriods<T>(onPeriod: (values: readonly T[]) => void): (reading: Timed<T>) => void {
  let time: string | undefined;
  let values: T[] = [];
  return (reading) => {
    if (time !== undefined && reading.time !== time) {
      onPeriod(values);
      values = [];
    }
    time = reading.time;
    values.push(reading.value);
  };
}
