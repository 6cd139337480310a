//! The whole API over a real socket, on a substrate in memory that can crash, fail and fill up.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod bad_input;
mod collecting;
mod connections;
mod consent;
mod keys;
mod live;
mod persons;
mod program;
mod rejected;
mod request_id;
mod router;
mod scenarios;
mod segments;
mod shop;
mod snippet;
