//! What is stored: the versioned layout of commands, profiles, history.
