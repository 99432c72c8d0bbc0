// Order statistics. No means of means: medians over rounds, and the spread beside them.

export function quantile(values, q) {
  const sorted = Float64Array.from(values).sort();
  if (!sorted.length) return NaN;
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}

export const median = (values) => quantile(values, 0.5);

/**
 * Ratio of two series: median of theirs over median of ours, with the extremes that the rounds
 * allow.
 */
export function ratio(theirs, ours) {
  const perRound = ours.map((value, i) => theirs[Math.min(i, theirs.length - 1)] / value);
  return {
    median: median(theirs) / median(ours),
    low: Math.min(...perRound),
    high: Math.max(...perRound),
  };
}
