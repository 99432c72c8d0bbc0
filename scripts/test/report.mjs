// What the whole run came to, printed last: what was skipped, what failed, and the closing line.

/** Detail is for orientation; the whole of it stands further up. */
const mostDetailLines = 300;

/** The lines after all output of the runners; the last one is `N passed, N failed, N skipped`. */
export function reportLines(results) {
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.flatMap((result) => result.failed);
  const skipped = results.flatMap((result) => result.skipped);
  const details = results.map((result) => result.details ?? '').filter(Boolean);
  return [
    ...skippedLines(skipped),
    ...(failed.length > 0
      ? ['', 'What failed:', ...details.join('\n').split('\n').slice(0, mostDetailLines), '']
      : []),
    ...failed.map((title) => `  FAILED ${title}`),
    '',
    `${passed} passed, ${failed.length} failed, ${skipped.length} skipped`,
  ];
}

/** Skipped tests by reason, and how what is missing gets installed. */
function skippedLines(skipped) {
  if (skipped.length === 0) return [];
  const reasons = [...new Set(skipped.map(({ reason }) => reason))];
  const lines = reasons.flatMap((reason) => [
    `  ${reason}:`,
    ...skipped.filter((entry) => entry.reason === reason).map(({ title }) => `    ${title}`),
  ]);
  const isMissing = reasons.some((reason) => /is not (installed|built)/.test(reason));
  return [
    '',
    'What was skipped:',
    ...lines,
    ...(isMissing ? ['  This installs what is missing: npm run setup'] : []),
  ];
}
