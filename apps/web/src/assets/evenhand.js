/** Small helps on top of pages that work without it: focus on the error summary, counting letters, the narrow menu. */
import { initAll } from '/assets/govuk-frontend.js';

initAll();
