import { workerData } from 'node:worker_threads';
import { createTranslate } from '../../base/translate';
import { channelToHost } from '../../protocol/node/transports';
import { bundledGrammar, loadPythonParser } from './python-parser';
import { PythonTexts } from './python-texts';
import { answerTo, type PythonQuestion } from './python-thread';

// The thread that reads Python files for the hover: a text of unknown origin must not block the editor's host.

type Data = { readonly folder: string; readonly table: Readonly<Record<string, string>> };

async function main({ folder, table }: Data): Promise<void> {
  const texts = new PythonTexts(await loadPythonParser(bundledGrammar(folder)));
  const t = createTranslate(table);
  channelToHost({ handlers: { answer: (question) => answerTo(question as PythonQuestion, texts, t) } });
}

main(workerData as Data).catch((error: unknown) => {
  // Thrown outside of the promise, so that the host gets it as the thread's `error`.
  setImmediate(() => {
    throw error;
  });
});
