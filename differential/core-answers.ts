/** Answers of an engine, as statsig-node-core would give them. */
import type { Answer, JsonObject, UserAnswers, WireEvent } from './case';
import { addExposures, isExperiment } from './core-sdk';
import type { CoreAnswer, CoreAnswers } from './core-sdk';

function coreAnswer(
  answer: Answer,
  kind: 'gate' | 'config' | 'layer',
  hasGroup: boolean,
): CoreAnswer {
  if ('failed' in answer) throw new Error('an engine failed');
  const { value, json, ruleID, groupName, idType, configDelegate, reason } = answer;
  return {
    value: kind === 'gate' ? value : json,
    ruleID,
    groupName: hasGroup ? groupName : null,
    idType: kind === 'layer' ? null : idType,
    allocated: configDelegate,
    reason: reason ?? 'Recognized',
    exposures: [],
  };
}

/** What `askCore` gives, of an engine. `events`: those of this user. */
export function coreAnswers(
  user: UserAnswers,
  payload: JsonObject,
  events: WireEvent[],
): CoreAnswers {
  const answers: CoreAnswers = Object.create(null);
  for (const [name, answer] of Object.entries(user.gates))
    answers[`gate ${name}`] = coreAnswer(answer, 'gate', false);
  for (const [name, answer] of Object.entries(user.configs))
    answers[`config ${name}`] = coreAnswer(answer, 'config', isExperiment(payload, name));
  for (const [name, answer] of Object.entries(user.layers))
    answers[`layer ${name}`] = coreAnswer(answer, 'layer', true);
  addExposures(answers, events);
  // All parameters were read of every layer, also those that it does not have.
  for (const answer of Object.values(answers)) {
    answer.exposures = answer.exposures.filter(
      ({ parameterName: name }) => typeof name !== 'string' || name in (answer.value as object),
    );
  }
  return answers;
}
