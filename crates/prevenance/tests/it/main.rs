//! What the product promises, seen from outside: each test starts the real program and speaks its public API.
//!
//! A test that proves a requirement is named after it and performs the row's given, when and then.

#[cfg(test)]
mod alone;
#[cfg(test)]
mod answers;
#[cfg(test)]
mod bad_conditions;
#[cfg(test)]
mod bad_events;
#[cfg(test)]
mod bad_folders;
#[cfg(test)]
mod bytes;
#[cfg(test)]
mod cart;
#[cfg(test)]
mod catalog;
#[cfg(test)]
mod census;
#[cfg(test)]
mod collecting;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod deciding;
#[cfg(test)]
mod decision_asking;
#[cfg(test)]
mod decision_context;
#[cfg(test)]
mod decision_input;
#[cfg(test)]
mod decision_load;
#[cfg(test)]
mod decision_records;
#[cfg(test)]
mod decision_texts;
#[cfg(test)]
mod decision_units;
#[cfg(test)]
mod decisions;
#[cfg(test)]
mod demand;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod doors;
#[cfg(test)]
mod evaluate;
#[cfg(test)]
mod finder;
#[cfg(test)]
mod full_disk;
#[cfg(test)]
mod history;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod import;
#[cfg(test)]
mod import_stopped;
#[cfg(test)]
mod interests;
#[cfg(test)]
mod judgement_contents;
#[cfg(test)]
mod judgement_refusals;
#[cfg(test)]
mod landing;
#[cfg(test)]
mod learning;
#[cfg(test)]
mod logging;
#[cfg(test)]
mod menu;
#[cfg(test)]
mod nearby;
#[cfg(test)]
mod pools;
#[cfg(test)]
mod predictions;
#[cfg(test)]
mod publication;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod recommend;
#[cfg(test)]
mod refresh;
#[cfg(test)]
mod repeatable;
#[cfg(test)]
mod restraint;
#[cfg(test)]
mod rights;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod scores;
#[cfg(test)]
mod search;
#[cfg(test)]
mod search_order;
#[cfg(test)]
mod segments;
#[cfg(test)]
mod shop;
#[cfg(test)]
mod stages;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod told;
#[cfg(test)]
mod trust;
#[cfg(test)]
mod unmerge;
#[cfg(test)]
mod why;
