/** What an engine was told, to tell it to the next one. */
import type { Engine, EngineOptions, OverrideTable, ReplacementEngine } from '../engine/engine';
import type { SpecTimes } from '../answers/verdict';
import { timeZoneTransitions } from './time-zone';

/** See the head of this file. */
export class EngineMemory {
  options: EngineOptions | null = null;
  details: SpecTimes = { reason: 'Uninitialized', configSyncTime: 0, initTime: 0 };
  overrides: OverrideTable | null = null;
  ipTable: Uint8Array | null = null;
  hasTimeZone = false;
  readonly idLists = new Set<string>();

  /** Lines of each ID list, null where the dead instance does not answer any more. */
  idListsOf(dead: Engine): Map<string, Uint8Array | null> {
    const saved = new Map<string, Uint8Array | null>();
    for (const name of this.idLists) saved.set(name, dead.exportIdList(name));
    return saved;
  }

  /** @throws Error when the payload is refused */
  restore(
    engine: ReplacementEngine,
    lists: ReadonlyMap<string, Uint8Array | null>,
    payload: Uint8Array | null,
  ): void {
    if (this.options !== null) engine.setOptions(this.options);
    if (this.overrides !== null) engine.setOverrides(this.overrides);
    if (this.ipTable !== null) engine.setIpTable(this.ipTable);
    if (this.hasTimeZone) engine.setTimeZone(timeZoneTransitions());
    for (const [name, lines] of lists) {
      // Both kinds of replacement apply the lines before they return; an empty list is the same as
      // none.
      if (lines !== null) void engine.updateIdList(name, true, lines).catch(() => undefined);
    }
    const { reason, configSyncTime, initTime } = this.details;
    engine.setDetails(reason, configSyncTime, initTime);
    if (payload !== null) engine.commitSpecs(engine.prepareSpecsNow(payload).handle);
  }
}
