import { words } from '../../../base/words';
import type { ForeignRecord } from '../../../domain/foreign/record';
import { ScalarTable } from '../../../domain/foreign/scalar-table';
import { readWandbLog, type WandbRecord } from '../../../domain/foreign/wandb-log';
import { AppendedFile } from './appended-file';
import type { Source } from './source';

/** The log of a W&B run, online or offline, while it is written. */
export function wandbSource(file: string, wanted: Readonly<Record<string, string>>): Source {
  const log = new WandbFile(file);
  let table = new ScalarTable(wanted);
  return {
    poll: async () => {
      const { records, restarted, problems } = await log.read();
      if (restarted) table = new ScalarTable(wanted, true);
      for (const record of records) if (record.kind === 'row') table.addRow(record.row);
      const isQuiet = records.length === 0 || records.some(({ kind }) => kind === 'exit');
      return [...problems, ...table.take(isQuiet), ...records.flatMap(endOf)];
    },
  };
}

type WandbNews = {
  readonly records: readonly WandbRecord[];
  readonly restarted: boolean;
  readonly problems: readonly ForeignRecord[];
};

class WandbFile {
  readonly #file: string;
  readonly #bytes: AppendedFile;
  #offset = 0;
  #isBroken = false;

  constructor(file: string) {
    this.#file = file;
    this.#bytes = new AppendedFile(file);
  }

  async read(): Promise<WandbNews> {
    const { bytes, restarted } = await this.#bytes.read();
    if (restarted) this.#offset = 0;
    if (this.#isBroken && !restarted) return { records: [], restarted, problems: [] };
    const { records, consumed, problem } = readWandbLog(bytes, this.#offset);
    this.#bytes.consume(consumed);
    this.#offset += consumed;
    this.#isBroken = problem !== undefined;
    const said = problem && words('{0}: {1}; what follows is not read', this.#file, problem);
    return { records, restarted, problems: said ? [{ kind: 'problem', said }] : [] };
  }
}

function endOf(record: WandbRecord): ForeignRecord[] {
  if (record.kind !== 'exit') return [];
  const failure = words('W&B says that it ended with exit code {0}', record.code);
  return [{ kind: 'end', ...(record.code !== 0 && { failure }) }];
}
