/** What Nest injects that has no class of its own. `Journal` is injected by its class. */

/** The application's Clock. */
export const CLOCK = Symbol('Clock');
/** The KeyStore of the children's keys. */
export const KEY_STORE = Symbol('KeyStore');
/** The open Database, with its two pools. */
export const DATABASE = Symbol('Database');
