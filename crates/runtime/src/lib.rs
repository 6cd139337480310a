//! Partition owners: prepare, append, apply, reply, save behind.
