//! What a dry run shows: the first few of everything that the mapping makes, and of everything that is wrong.

use std::{borrow::Cow, collections::BTreeMap};

use crate::{
    limits,
    mapping::Mapping,
    reason::Reason,
    step::{Prepared, Quarantined, Step},
};

/// Picks the steps that are shown. Each output has its own share: the orders of a file come behind the grants of the
/// people who ordered.
#[derive(Debug)]
pub struct Preview<'m> {
    mapping: &'m Mapping,
    shown: BTreeMap<Shown, usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    Grant,
    Output(usize),
    Bad(Reason),
}

impl<'m> Preview<'m> {
    /// Of the steps that this mapping makes.
    pub fn new(mapping: &'m Mapping) -> Self {
        Self { mapping, shown: BTreeMap::new() }
    }

    /// A step in words, if it is one of the first [`limits::PREVIEWED`] of its kind.
    pub fn show(&mut self, step: &Step) -> Option<String> {
        let kind = match step {
            Step::Event(Prepared { output: None, .. }) => Shown::Grant,
            Step::Event(Prepared { output: Some(output), .. }) => Shown::Output(*output),
            Step::Quarantined(bad) => Shown::Bad(bad.fault.reason),
        };
        let count = self.shown.entry(kind).or_insert(0);
        if *count == limits::PREVIEWED {
            return None;
        }
        *count += 1;
        Some(match step {
            Step::Event(Prepared { place, output, json, .. }) => {
                let by = output.map_or_else(|| "grant".to_owned(), |output| self.mapping.output_name(output));
                format!("line {}, {by}: {}", place.line, short(json))
            }
            Step::Quarantined(Quarantined { place, fault, raw }) => {
                format!("line {}: {} {}\n  {}", place.line, fault.reason, fault.message, short(raw))
            }
        })
    }
}

fn short(text: &str) -> Cow<'_, str> {
    match text.len() {
        ..=limits::PREVIEW_BYTES => Cow::Borrowed(text),
        _ => Cow::Owned(format!("{}…", &text[..text.floor_char_boundary(limits::PREVIEW_BYTES)])),
    }
}
