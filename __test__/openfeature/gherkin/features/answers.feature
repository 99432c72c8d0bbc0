Feature: What a flag answers

  Background:
    Given a stable provider

  Scenario Outline: Each type, with its variant and why
    When <type> "<key>" is asked for, else "<otherwise>"
    Then the value is "<value>"
    And the flag key is "<key>"
    And the variant is "<variant>"
    And the reason is "<reason>"
    And the error code is ""

    Examples:
      | type    | key              | otherwise | value     | variant        | reason  |
      | boolean | bell             | false     | true      | everybody      | STATIC  |
      | boolean | quiet_hours      | true      | false     | nobody         | STATIC  |
      | boolean | carbon_frame     | true      | false     | default        | DEFAULT |
      | string  | slogan           | none      | Ride on   | spring         | STATIC  |
      | integer | limits.perMinute | 1         | 60        | default        | DEFAULT |
      | float   | limits.ratio     | 1         | 0.25      | default        | DEFAULT |
      | boolean | limits.isHard    | false     | true      | default        | DEFAULT |
      | object  | button           | {}        | {"color": "blue"} | blue   | SPLIT   |
      | string  | button.color     | none      | blue      | blue           | SPLIT   |

  Scenario Outline: What is false, empty or zero is an answer
    When <type> "<key>" is asked for, else "<otherwise>"
    Then the value is "<value>"
    And the error code is ""

    Examples:
      | type    | key                | otherwise | value |
      | boolean | quiet_hours        | true      | false |
      | string  | limits.note        | none      |       |
      | integer | limits.none        | 7         | 0     |
      | object  | object-zero-flag   | {"a": 1}  | {}    |

  Scenario: An object is what it was made of
    When object "limits" is asked for, else "{}"
    Then the object has
      | key       | type    | value |
      | perMinute | integer | 60    |
      | isHard    | boolean | true  |

  Scenario: A part of an object, and a list
    When object "wheels.front" is asked for, else "{}"
    Then the value is "{"size": 28}"
    When object "limits.list" is asked for, else "[]"
    Then the value is "[1, 2]"

  Scenario: Rules look at who asks
    Given somebody whose "club" is "Velo Nord"
    When boolean "carbon_frame" is asked for, else "false"
    Then the value is "true"
    And the reason is "TARGETING_MATCH"
    And the variant is "racers"

  Scenario: A number decides, too
    Given somebody whose "height" is 140
    When object "wheels" is asked for, else "{}"
    Then the value is "{"front": {"size": 24}}"
    And the reason is "TARGETING_MATCH"

  Scenario: Nothing is known of who asks
    Given somebody without "club"
    When boolean "carbon_frame" is asked for, else "true"
    Then the value is "false"
    And the reason is "DEFAULT"

  Scenario Outline: What is switched off leaves the answer to the code
    When <type> "<key>" is asked for, else "<otherwise>"
    Then the default comes back
    And the reason is "DISABLED"
    And the error code is ""

    Examples:
      | type    | key             | otherwise  |
      | boolean | old_checkout    | false      |
      | string  | old_banner.text | Welcome    |
      | object  | old_banner      | {"text": "Welcome"} |
