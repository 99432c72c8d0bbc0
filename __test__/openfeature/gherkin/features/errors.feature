Feature: What goes wrong gives the default and says why

  Background:
    Given a stable provider

  Scenario Outline: Nothing has that name
    When <type> "<key>" is asked for, else "<otherwise>"
    Then it fails with "FLAG_NOT_FOUND"

    Examples:
      | type    | key            | otherwise |
      | boolean | tandem         | true      |
      | string  | tandem         | none      |
      | integer | tandem         | 7         |
      | float   | tandem         | 0.5       |
      | object  | tandem         | {"a": 1}  |
      | integer | limits.perHour | 7         |

  Scenario Outline: It is of another type
    When <type> "<key>" is asked for, else "<otherwise>"
    Then it fails with "TYPE_MISMATCH"
    And there is no variant

    Examples:
      | type    | key              | otherwise |
      | boolean | slogan           | true      |
      | boolean | limits.perMinute | true      |
      | string  | bell             | none      |
      | integer | bell             | 7         |
      | object  | bell             | {"a": 1}  |
      | float   | slogan           | 0.5       |
      | string  | limits           | none      |
      | string  | wheels.front     | none      |
      | object  | limits.perMinute | {"a": 1}  |

  Scenario Outline: There is nothing to answer from
    Given a <state> provider
    When boolean "bell" is asked for, else "false"
    Then it fails with "<code>"
    When string "slogan" is asked for, else "none"
    Then it fails with "<code>"

    Examples:
      | state     | code               |
      | not ready | PROVIDER_NOT_READY |
      | error     | PROVIDER_NOT_READY |
      | fatal     | PROVIDER_FATAL     |
