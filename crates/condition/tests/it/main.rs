//! The condition language, asked from outside.

mod answers;
mod assumptions;
mod document;
mod errors;
mod grounds;
mod judged;
mod nothing;
mod person;
mod properties;
mod selected;
mod until;
