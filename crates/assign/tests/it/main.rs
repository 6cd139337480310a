//! Draws, asked from outside.

mod draws;
mod vectors;
