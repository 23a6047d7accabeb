import { expect, it } from 'vitest';
import { familyOf, parseCim, parsePs } from '../../../../src/engine/process/process-table';
import { orphansIn } from '../../../../src/engine/process/stop-ladder';

const RUN = { id: 'a1', folder: 'file:42', dir: 'C:\\项目 数据\\runs\\r1' };

/** In the form of `ps -Eww -axo pid=,ppid=,lstart=,command=` of macOS: numbers and days are padded, what has ended is in brackets. */
const PS = `    1     0 Fri Nov 27 08:01:12 2026     /sbin/launchd
  390     1 Fri Nov 27 08:02:40 2026     /Applications/Visual Studio Code.app/Contents/MacOS/Electron TMPDIR=/var/folders/zz/T/
  501     1 Sun Nov 29 09:05:01 2026     /usr/local/bin/node /x/keeper.js /runs/r1 PATH=/bin PITWALL_RUN=a1 PITWALL_FOLDER=file:42 PITWALL_ROLE=keeper
  502     1 Sun Nov  9 17:44:47 2026     python -m pitwall_ultralytics /runs/r1 PITWALL_RUN=a1 PITWALL_FOLDER=file:42 PITWALL_ROLE=trainer
  503   502 Sun Nov 29 17:44:49 2026     python -c from multiprocessing.spawn PITWALL_RUN=a1 PITWALL_FOLDER=file:42 PITWALL_ROLE=trainer
  504   502 Sun Nov 29 17:44:49 2026     python -c of another run PITWALL_RUN=b2 PITWALL_FOLDER=file:43 PITWALL_ROLE=trainer
  505     1 Sun Nov 29 17:45:02 2026     python -m torch.distributed.run PITWALL_RUN=a1 PITWALL_FOLDER=file:42 PITWALL_ROLE=trainer
  506     1 Sun Nov 29 17:45:02 2026     python of a copy PITWALL_RUN=a1 PITWALL_FOLDER=file:421 PITWALL_ROLE=trainer
  507   502 Sun Nov 29 17:45:03 2026     (python3.11)
99998   503 Sun Nov 29 17:45:04 2026     git rev-parse HEAD
`;

it('reads what ps of macOS lists', () => {
  const rows = parsePs(PS);
  expect(rows.map((row) => row.pid)).toEqual([1, 390, 501, 502, 503, 504, 505, 506, 507, 99998]);
  expect(rows[1]?.command).toMatch(/^\/Applications\/Visual Studio Code\.app/);
  expect(rows[3]).toMatchObject({ parent: 1, started: 'Sun Nov  9 17:44:47 2026' });
  expect(familyOf(rows, 502).map((row) => row.pid)).toEqual([502, 503, 504, 507, 99998]);
  expect(parsePs('ps: illegal option -- E\nusage: ps [-AaCc]\n')).toEqual([]);
});

it('macOS: what a trainer left behind is known by its environment, and servants are left alone', () => {
  const left = orphansIn(parsePs(PS), { run: RUN, pid: 502 }, 'darwin');
  // 505 is in a session and process group of its own, and launchd's child by now.
  expect(left.map((row) => row.pid)).toEqual([502, 503, 505]);
});

/** As PowerShell answers the question of listProcesses. */
const CIM = [
  '0 0 0 ',
  '4120 980 133900000000000000 "C:\\Program Files\\nodejs\\node.exe" C:\\x\\keeper.js "C:\\项目 数据\\runs\\r1"',
  '4200 4120 133900000050000000 python.exe -m pitwall_ultralytics "C:\\项目 数据\\runs\\r1" --attempt 1',
  '4300 4200 133900000060000000 python.exe -c "from multiprocessing.spawn import spawn_main"',
  '4400 4300 133900000070000000 nvidia-smi.exe',
  '4500 4200 133800000000000000 notepad.exe',
  '',
].join('\r\n');

it('reads what PowerShell lists, and takes no older process for a child whose parent number was reused', () => {
  const rows = parseCim(CIM);
  expect(rows).toHaveLength(6);
  expect(rows[1]?.command).toContain('项目 数据');
  expect(familyOf(rows, 4200).map((row) => row.pid)).toEqual([4200, 4300, 4400]);
});

it('Windows: what a trainer left behind are its children, unless its number is in use again', () => {
  const check = (rows: ReturnType<typeof parseCim>, expected: readonly number[]): void =>
    expect(orphansIn(rows, { run: RUN, pid: 4200 }, 'win32').map((row) => row.pid)).toEqual(expected);
  check(parseCim(CIM), []);
  const ended = parseCim(CIM).filter(({ pid }) => pid !== 4200 && pid !== 4500);
  check(ended, [4300, 4400]);
});
