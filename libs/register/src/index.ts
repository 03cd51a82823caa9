export {
  ImportInterrupted,
  type ImportRequest,
  type ImportSummary,
  RegisterImport,
  type RegisterImportParts,
} from './commands/import-register';
export { FileRefused } from './file/sheet';
export { ImportRows } from './import-rows';
export { registerMigrations } from './migrations';
export { ReturnedFiles } from './returned-files';
