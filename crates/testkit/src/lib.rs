//! How the project tests itself from outside: the real program as a process, stories as text files, shell blocks of
//! documents, and the crash loop.
//!
//! This crate must not know how the program works: it sees HTTP, files, standard output and exit codes.
//! Start reading at [`process::Server`] (one running program) and [`scenario`] (the format of a story).
//! Everything here is for tests: where a test would fail, a function panics with what it saw.

pub mod client;
pub mod crash;
pub mod moment;
pub mod process;
pub mod scenario;
pub mod shell;
