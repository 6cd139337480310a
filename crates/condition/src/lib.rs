//! The one condition language: parse, type-check, print, evaluate with evidence and `valid_until`.
//!
//! The syntax is CEL's (parsed by the `cel` crate); the types, the functions and the evaluator are ours. The language
//! is described for its readers in `docs/conditions.md`. Start reading at [`compile`], [`Condition`] and [`Facts`];
//! inside, `tree` is what everything walks.
//!
//! This crate must not know profiles, segments' definitions, storage or a clock: what it asks comes through [`Facts`]
//! and the moment. It starts one thread while compiling, only to have a large stack (see `parse`).
//!
//! # What has no value
//!
//! There is one rule set. A trait, property or fact *has no value* if it is missing, if it is null, or if its type does
//! not fit the operation. Then:
//!
//! - every comparison, `!=` too, `in`, and every text method, `exists` and `all` are **false**;
//! - arithmetic and functions of it have no value either, and neither have a division by zero, a number beyond 10²⁴,
//!   and `first`, `last`, `max`, `min`, `average` of nothing;
//! - used as a yes or no by itself, it is **false**;
//! - `has(x)` is false only if `x` is missing or null: an empty text, an empty list, a zero and a false are values;
//! - `count`, `days`, `distinct` and `sum` of nothing are 0.
//!
//! `&&`, `||`, `!` and `? :` are ordinary two-valued logic on top of that. So `profile.country != "JP"` asks for
//! people whose country is known and another, and `!(profile.country == "JP")` for all who are not known to be there.
//! Three-valued logic, as SQL has it, was rejected: nobody reads a condition that is neither true nor false.
//!
//! # Time
//!
//! An occurrence counts from its own moment on: one dated in the future comes in when its time comes.
//! `within("180d")` is `now − 180 d < at ≤ now`; `older_than("180d")` is the rest of the past. Days are UTC days.

mod assumption;
mod check;
mod condition;
mod error;
mod evaluate;
mod facts;
mod fading;
mod gate;
mod measure;
mod moment;
mod needs;
mod number;
mod parse;
mod place;
mod print;
mod query;
mod scan;
mod selection;
mod terms;
mod tree;
mod value;

pub use assumption::{Assumption, contradict};
pub use check::{Scope, TAG, Usage};
pub use condition::{Condition, compile, compile_all};
pub use error::{ConditionError, code};
pub use facts::{Belief, Believed, Evaluation, Evidence, Facts, Model, Reading, Verdict};
pub use fading::{Bounds, Fade, Fading, left};
pub use measure::{Measure, Measured, measure_all};
pub use moment::full_years;
pub use needs::{EventNeed, Needs, PropertyPath, Window};
pub use selection::{Selected, Selecting, Selection, select_all};
pub use value::moment_of;
