import { parentPort, workerData } from 'node:worker_threads';
import { createTranslate } from '../../base/translate';
import type { FromThread } from '../../engine/process/deadline-thread';
import { bundledGrammar, loadPythonParser } from './python-parser';
import { PythonTexts } from './python-texts';
import { answerTo, type PythonAnswer, type PythonQuestion } from './python-thread';

// The thread that reads Python files for the hover: a text of unknown origin must not block the editor's host.

type Data = { readonly folder: string; readonly table: Readonly<Record<string, string>> };

const say = (message: FromThread<PythonAnswer>): void => parentPort?.postMessage(message);

async function main({ folder, table }: Data): Promise<void> {
  const texts = new PythonTexts(await loadPythonParser(bundledGrammar(folder)));
  const t = createTranslate(table);
  parentPort?.on('message', (question: PythonQuestion) =>
    say({ kind: 'answer', answer: answerTo(question, texts, t) }),
  );
  say({ kind: 'ready' });
}

main(workerData as Data).catch((error: unknown) => {
  // Thrown outside of the promise, so that the host gets it as the thread's `error`.
  setImmediate(() => {
    throw error;
  });
});
