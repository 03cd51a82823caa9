export { defaultDataFolder } from './folders';
export { ensureServer, startEmbeddedPostgres, stopServer, type EmbeddedPostgres } from './server';
