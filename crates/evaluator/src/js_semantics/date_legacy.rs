//! V8's legacy date grammar.
