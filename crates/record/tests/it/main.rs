//! What stored bytes must do: read back, stay readable for ever, and say nothing once a key is gone.

mod block;
#[cfg(test)]
mod decided;
mod erased;
mod golden;
mod keys;
mod sample;
mod speed;
mod strategies;
mod tables;
mod values;
