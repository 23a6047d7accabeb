/** A card as nvidia-smi lists it, which is by the order of the PCI bus whatever CUDA_DEVICE_ORDER says. */
export type Card = {
  readonly index: number;
  /** `GPU-` and a UUID. */
  readonly uuid: string;
  readonly name: string;
  /** Absent if it is not known: a card that shares the machine's memory reports none of its own. */
  readonly totalBytes?: number;
  readonly usedBytes?: number;
  readonly freeBytes?: number;
  /** Absent if the driver is too old to report it. */
  readonly computeCapability?: number;
  /** It is divided into instances, of which a process uses one; nvidia-smi reports no memory of them here. */
  readonly isMig: boolean;
};

/** Arguments of nvidia-smi for `parseCards`. */
export const CARDS_QUERY = [
  '--query-gpu=index,uuid,memory.total,memory.used,memory.free,compute_cap,mig.mode.current,name',
  '--format=csv,noheader,nounits',
] as const;

const MIB = 1024 ** 2;
const FIELDS = 8;

export function parseCards(text: string): readonly Card[] {
  return text.split('\n').flatMap((line) => cardOf(line) ?? []);
}

function cardOf(line: string): Card | undefined {
  const fields = line.split(',').map((field) => field.trim());
  // The name is last: it may hold a comma.
  const [index, uuid, total, used, free, capability, mig] = fields;
  if (fields.length < FIELDS || !/^\d+$/.test(index) || !uuid.startsWith('GPU-')) return undefined;
  const computeCapability = Number.parseFloat(capability);
  return {
    index: Number(index),
    uuid,
    name: fields.slice(FIELDS - 1).join(', '),
    totalBytes: bytesOf(total),
    usedBytes: bytesOf(used),
    freeBytes: bytesOf(free),
    ...(Number.isFinite(computeCapability) && { computeCapability }),
    isMig: mig === 'Enabled',
  };
}

/** MiB; "[N/A]" or "[Insufficient Permissions]" is not known. */
function bytesOf(text: string): number | undefined {
  const mebibytes = Number.parseFloat(text);
  return Number.isFinite(mebibytes) ? mebibytes * MIB : undefined;
}
