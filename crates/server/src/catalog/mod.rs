//! What the shop sells, at the edge: feeds as files, items as JSON.

pub(crate) mod feeds;
pub(crate) mod indexing;
pub(crate) mod reading;
pub(crate) mod tell;
