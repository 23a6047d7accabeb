import { gcCommand } from '../commands/gc';
import { archiveCommand, noteCommand, renameCommand, rmCommand, tagCommand } from '../commands/organise';

export const ORGANISING = {
  note: noteCommand,
  tag: tagCommand,
  rename: renameCommand,
  archive: archiveCommand,
  rm: rmCommand,
  gc: gcCommand,
};
