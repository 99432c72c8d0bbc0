//! Tokens of date strings.
