//! Pages, decided from outside.
#![expect(clippy::unwrap_used, reason = "what helps a test stops at the first surprise, as the test itself does")]

mod answers;
mod guarded;
mod page;
mod pools;
mod replay;
mod restraint;
mod rests;
mod shop;
mod suggestions;
mod texts;
mod visits;
