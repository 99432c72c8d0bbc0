/** What a spec says that no evaluation does. */
export interface SpecContent {
  /** Fields of users that it looks at, as the payload says. */
  fieldsUsed: string[];
  /** Its rules, in order. */
  groups: {
    ruleId: string;
    groupName: string | null;
    /** '' when the rule has none. */
    idType: string;
    isExperimentGroup: boolean;
    /** Decides the same for whoever asks: it looks at nothing, and takes all or none. */
    isForEveryone: boolean;
    /** `{}` where there is none. */
    returnValue: unknown;
  }[];
}
