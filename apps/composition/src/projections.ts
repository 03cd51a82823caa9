/** Every read model of the application. */
import type { Projection } from '@app/projections';

export const projections: readonly Projection[] = [];
