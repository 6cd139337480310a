//! Definitions, put and compiled from outside.
#![expect(clippy::unwrap_used, reason = "what helps a test stops at the first surprise, as the test itself does")]

mod advice;
mod bytes;
mod choices;
mod compiling;
mod documents;
mod drafts;
mod experiences;
mod files;
mod interests;
mod learned;
mod measures;
mod recommenders;
mod restraint;
mod seen;
mod sensitive;
mod synonyms;
mod trust;
