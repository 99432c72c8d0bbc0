/**
 * The shared instance as an object: classes first, then functions, in statsig-node's order
 * (BEHAVIOUR.md 1.1).
 */
import {
  StatsigInvalidArgumentError,
  StatsigLocalModeNetworkError,
  StatsigTooManyRequestsError,
  StatsigUninitializedError,
} from '../types/errors';
import { DynamicConfig, Layer } from '../results/results';
import type { StatsigFunctions } from './singleton';
import { DataAdapterKeyPath } from '../storage/data-adapter';

const CLASSES = {
  DataAdapterKeyPath,
  DynamicConfig,
  Layer,
  StatsigInvalidArgumentError,
  StatsigLocalModeNetworkError,
  StatsigTooManyRequestsError,
  StatsigUninitializedError,
};

/** What `import Statsig` gives, for one host's class. */
export type StatsigObject<C> = { StatsigServer: C } & typeof CLASSES &
  Omit<StatsigFunctions, '_enforceServer'>;

/** Puts a host's class and its functions together. */
export function statsigObject<C>(StatsigServer: C, functions: StatsigFunctions): StatsigObject<C> {
  return { StatsigServer, ...CLASSES, ...functions };
}
