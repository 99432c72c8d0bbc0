import { TESTED_ENGINES } from '../engines';

/** Engines that must run the whole conformance suite. */
export const expectedEngines = TESTED_ENGINES;
