import type { StatsigServer } from '../api/statsig';

/** What is asked of an instance; the shared one's functions fit. */
export type Observed = Pick<StatsigServer, 'addEvaluationHooks' | 'eventStats' | 'health'>;
