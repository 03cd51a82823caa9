export { DatabaseInUse, openDatabase, type Database, type DatabaseSettings, type RoleUrls } from './database';
export { roleNames, type RoleNames } from './roles';
export { isDatabaseAway } from './away';
