Feature: The life of a provider, and what it tells

  Scenario Outline: Its state
    Given a <state> provider
    Then the client is in <status> state
    And the provider has a name

    Examples:
      | state       | status    |
      | stable      | ready     |
      | not ready   | not ready |
      | error       | error     |
      | unavailable | error     |
      | fatal       | fatal     |
      | stale       | stale     |

  Scenario: It is ready
    Given a stable provider
    And a ready event handler
    Then the ready event handler runs

  Scenario: It never came up, and code goes on
    Given an unavailable provider
    And an error event handler
    Then the error event handler runs within 5000ms
    When boolean "bell" is asked for, else "false"
    Then the default comes back

  Scenario: A start that failed is made good
    Given an unavailable provider
    And a ready event handler
    When the connection is back
    Then the ready event handler runs
    And the client is in ready state
    When boolean "bell" is asked for, else "false"
    Then the value is "true"

  Scenario: A flag changes
    Given a stable provider
    And a change event handler
    When string "changing-flag" is asked for, else "none"
    And the resolved value is remembered
    And the flag changes
    Then the change event handler runs
    And the flag is in the event
    When it is asked for
    Then the value is another one

  Scenario: An outage, in which it still answers
    Given a stable provider
    And a ready event handler
    And a stale event handler
    When a ready event was fired
    And the connection is lost
    Then the stale event handler runs
    And the client is in stale state
    When boolean "bell" is asked for, else "false"
    Then the value is "true"
    When the connection is back
    Then the ready event handler runs
    And the client is in ready state
