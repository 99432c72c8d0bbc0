/** Who reads user agents for an instance. */
import type { EngineKind } from '../engine/engine';
import type { SafeLogger } from '../observability/logger';
import type { ResolvedOptions } from '../options/options';
import type { Platform } from '../platform/platform';
import type { AgentParser } from '../users/user-agent';

/** Null: whom the format of the specs asks for. */
export function agentParser(
  { userAgentParser }: ResolvedOptions,
  platform: Platform,
  kind: EngineKind,
  logger: SafeLogger,
): AgentParser | null {
  if (userAgentParser !== 'uap') return userAgentParser;
  const reader = platform.uapReader(kind);
  if (reader === null)
    logger.warn(
      "statsigSDK> userAgentParser: 'uap' needs useAssets({ uapReader }) of " +
        'statsig-node-native/uap here; user agents are read as without the option.',
    );
  return reader;
}
