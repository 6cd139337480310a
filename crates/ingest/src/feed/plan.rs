//! What a full feed would do to the catalog, before anything is done.
//!
//! A full feed says everything there is: what it does not name is sold no more. So it is read twice: first through a
//! [`FeedPlan`], which keeps eight bytes of each new item and a bit of each known one; then, if the plan says so, its
//! changes are applied and what it did not name is removed. Nothing of a feed that was cut is applied.

use std::collections::HashSet;

use catalog::{catalog::Catalog, change::Change, number::ItemNumber};
use roaring::RoaringBitmap;

use super::{BadItem, Fed, Told, Wrong};
use crate::limits;

/// What a full feed would do.
pub struct FeedPlan<'c> {
    catalog: &'c Catalog,
    counts: Counts,
    /// Known items that the feed names.
    seen: RoaringBitmap,
    /// Hashes of the ids of the others.
    seen_new: HashSet<u64>,
    cut: Option<BadItem>,
    is_over: bool,
}

/// How many items a full feed would change, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// New ones.
    pub added: u64,
    /// Known ones of which it says something other.
    pub changed: u64,
    /// Known ones of which it says what is known.
    pub unchanged: u64,
    /// Known ones that it does not name.
    pub removed: u64,
    /// Rows that are bad.
    pub bad: u64,
}

/// What to do with a full feed.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Apply it, then remove what it does not name.
    Apply(Planned),
    /// Apply it only if somebody approves: it would remove more than [`limits::SHRINK_PERCENT`] of all items.
    Held(Planned),
    /// Do not apply any of it: it was not read to its end.
    Refused(BadItem),
}

/// What a full feed would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// How many items.
    pub counts: Counts,
    /// What it would remove.
    pub removed: RoaringBitmap,
}

impl<'c> FeedPlan<'c> {
    /// A plan against what is there.
    pub fn new(catalog: &'c Catalog) -> Self {
        Self {
            catalog,
            counts: Counts::default(),
            seen: RoaringBitmap::new(),
            seen_new: HashSet::new(),
            cut: None,
            is_over: false,
        }
    }

    /// How many so far; of removed ones nothing is known yet.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Looks at what was read. What it returns goes to quarantine, and must not be applied: what could not be read, and
    /// an id that the feed named before, of which the first stands.
    pub fn see(&mut self, fed: &Fed) -> Option<BadItem> {
        let bad = match fed {
            Fed::End => {
                self.is_over = true;
                return None;
            }
            Fed::Cut(bad) => {
                self.cut = Some(bad.clone());
                bad.clone()
            }
            Fed::Bad(bad) => bad.clone(),
            Fed::Told(told) => self.told(told)?,
        };
        self.counts.bad += 1;
        Some(bad)
    }

    fn told(&mut self, told: &Told) -> Option<BadItem> {
        let Change::Put(item) = &told.change else { return None };
        let (known, number) = (self.catalog.find(&item.id), self.catalog.number_of(&item.id));
        let is_first = match number {
            Some(number) => self.seen.insert(number.0),
            None if self.seen_new.len() >= limits::FEED_ITEMS => {
                let why = format!("The feed has more than {} new items.", limits::FEED_ITEMS);
                return Some(Wrong::of_catalog(catalog::fault::Code::CatalogFull, "id", why).at(told.record, &item.id));
            }
            None => self.seen_new.insert(hash(&item.id)),
        };
        if !is_first {
            let why = format!("{:?} came before in this feed; the first one stands.", item.id);
            return Some(Wrong::of_catalog(catalog::fault::Code::Twice, "id", why).at(told.record, &item.id));
        }
        match known {
            None => self.counts.added += 1,
            Some(known) if known.says(item) => self.counts.unchanged += 1,
            Some(_) => self.counts.changed += 1,
        }
        None
    }

    /// What to do with the feed. An item that is bad in it counts as not named, so a feed of which much is bad is held.
    pub fn verdict(mut self) -> Verdict {
        if let Some(cut) = self.cut {
            return Verdict::Refused(cut);
        }
        if !self.is_over {
            let why = "It was not read to its end.";
            return Verdict::Refused(Wrong::new(crate::reason::Reason::FileCut, "", why).at(0, ""));
        }
        let removed = self.catalog.present() - &self.seen;
        self.counts.removed = removed.len();
        // What is new makes up for what is gone: a feed shrinks if there are fewer items behind it.
        let before = self.catalog.present().len();
        let shrunk = removed.len().saturating_sub(self.counts.added);
        let planned = Planned { counts: self.counts, removed };
        if shrunk * 100 > before * limits::SHRINK_PERCENT { Verdict::Held(planned) } else { Verdict::Apply(planned) }
    }
}

impl Planned {
    /// The changes that remove what the feed does not name.
    pub fn removals<'c>(&'c self, catalog: &'c Catalog) -> impl Iterator<Item = Change> + 'c {
        let ids = self.removed.iter().filter_map(|number| catalog.id_of(ItemNumber(number)));
        ids.map(|id| Change::Remove { id: id.to_owned() })
    }
}

/// Eight bytes of BLAKE3: two of eight million ids are the same with a chance of one in half a million.
fn hash(id: &str) -> u64 {
    let hash = blake3::hash(id.as_bytes());
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("a hash has 32 bytes"))
}
