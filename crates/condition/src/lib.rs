//! The one condition language: parse, type-check, print, evaluate with evidence.
