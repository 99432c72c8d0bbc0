/** Longest texts that are taken in, in bytes after decompression, wherever they come from. */

/** Default of `maxSpecsBytes`: three times the longest payload that was recorded. */
export const MAX_SPECS_BYTES = 64 * 1024 * 1024;
/** Default of `maxIdListBytes`, for a whole list: 28 million IDs. */
export const MAX_ID_LIST_BYTES = 256 * 1024 * 1024;
/** The index of ID lists: 10,000 of them with 1.6 kB each. */
export const MAX_INDEX_BYTES = 16 * 1024 * 1024;
/** Of the answer to an upload, whose text nobody reads. */
export const MAX_ANSWER_BYTES = 1024 * 1024;
