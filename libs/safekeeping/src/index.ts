export { assertFree, backUp, beginFolder, type BackupParts, type WorkOptions } from './backup';
export { KeptHeads } from './kept-heads';
export { checkFiles, type Manifest, readManifest, SafekeepingRefused, signatureOf } from './manifest';
export { safekeepingMigrations } from './migrations';
export { assertRestoreFinished, finishRestore, load, occupied, unfinishedRestore } from './restore';
export {
  type Finding,
  verify,
  type VerifyOptions,
  type VerifyParts,
  type VerifyReport,
  type VerifyStage,
} from './verify';
