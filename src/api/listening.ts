/** Who is told what happens, and shown each check. */
import type {
  EvaluationHooks,
  Listeners,
  StatsigEventName,
  StatsigListener,
} from '../runtime/listeners';

/** See the head of this file. */
export interface ListeningCalls {
  /**
   * Tells what happens to the instance, in every life of it; returns what ends that. What a
   * listener throws is logged and costs nothing.
   * @throws StatsigInvalidArgumentError when the listener is no function
   * @example statsig.on('update', ({ changed }) => console.log(changed.gates));
   */
  on<E extends StatsigEventName>(event: E, listener: StatsigListener<E>): () => void;

  /**
   * Has each check of a gate, config, experiment or layer shown before it is evaluated and after;
   * returns what ends that. Checks take longer while there are hooks.
   * @throws StatsigInvalidArgumentError when it is given no object
   * @example statsig.addEvaluationHooks({ after: ({ name }) => seen.add(name) });
   */
  addEvaluationHooks(hooks: EvaluationHooks): () => void;
}

/** The calls, the same in each life. */
export class Listening implements ListeningCalls {
  constructor(private readonly listeners: Listeners) {}

  on<E extends StatsigEventName>(event: E, listener: StatsigListener<E>): () => void {
    return this.listeners.on(event, listener);
  }

  addEvaluationHooks(hooks: EvaluationHooks): () => void {
    return this.listeners.addHooks(hooks);
  }
}
