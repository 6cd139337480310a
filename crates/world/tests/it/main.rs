//! The world as those who drive it meet it.

mod outcomes;
mod realism;
