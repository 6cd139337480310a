//! The pure application: a command, a state, a plan and an env give an outcome.
