Feature: What is around an answer: context, hooks, metadata

  Background:
    Given a stable provider

  Scenario Outline: One level of the context
    Given the entry "club" with value "Velo Nord" is added to the "<level>" level
    When boolean "carbon_frame" is asked for, else "false"
    Then the provider sees "club" with value "Velo Nord"
    And the value is "true"

    Examples:
      | level        |
      | API          |
      | Transaction  |
      | Client       |
      | Invocation   |
      | Before Hooks |

  Scenario Outline: What is nearer wins
    Given levels, the last one wins
      | API          |
      | Transaction  |
      | Client       |
      | Invocation   |
      | Before Hooks |
    And each level down to "<level>" says "club"
    And the entry "plan" with value "pro" is added to the "API" level
    When boolean "carbon_frame" is asked for, else "false"
    Then the provider sees "club" with value "<level>"
    And the provider sees "plan" with value "pro"

    Examples:
      | level        |
      | API          |
      | Transaction  |
      | Client       |
      | Invocation   |
      | Before Hooks |

  Scenario: A context is left as it was
    Given a context of nested data
    When boolean "bell" is asked for, else "false"
    Then the context is as it was
    And the metadata is frozen

  Scenario: Hooks of a client hear of an answer
    Given a client with a hook
    When string "slogan" is asked for, else "none"
    Then the "before" hook runs
    And the "after, finally" hooks are told
      | key        | type   | value   |
      | flag_key   | string | slogan  |
      | value      | string | Ride on |
      | variant    | string | spring  |
      | reason     | string | STATIC  |
      | error_code | string | null    |

  Scenario: Hooks of a client hear of a failure
    Given a client with a hook
    When integer "slogan" is asked for, else "7"
    Then the "error" hook runs
    And the "finally" hooks are told
      | key        | type    | value         |
      | value      | integer | 7             |
      | reason     | string  | ERROR         |
      | error_code | string  | TYPE_MISMATCH |

  Scenario: Hooks of one call
    Given a call with two hooks
    When boolean "bell" is asked for, else "false"
    Then they run in order, and back

  Scenario: Metadata of a flag
    When boolean "bell" is asked for, else "false"
    Then the metadata says
      | key    | type    | value    |
      | owner  | string  | workshop |
      | since  | integer | 2026     |
      | isLoud | boolean | true     |
    When boolean "quiet_hours" is asked for, else "false"
    Then the metadata says nothing
