//! What changes a catalog: an item as a whole, its price or its stock alone, its end.

use crate::{
    item::{Item, Stock, Variant},
    money::Prices,
};

/// One change. It is applied with the moment of which it is true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// An item, said as a whole.
    Put(Box<Item>),
    /// Prices or stock alone.
    Patch(Patch),
    /// One variant of an item that is there, said as a whole.
    Variant {
        /// The item's id.
        item: String,
        /// The variant.
        variant: Box<Variant>,
    },
    /// An item is sold no more.
    Remove {
        /// Its id.
        id: String,
    },
}

/// New prices or stock of something that is there. What is `None` stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// What is meant.
    pub target: Target,
    /// What it costs now.
    pub prices: Option<Prices>,
    /// What the shop pays for it now; of an item only.
    pub cost_cents: Option<u64>,
    /// Whether it can be had.
    pub stock: Option<Stock>,
    /// How many are in stores, by the store's id.
    pub stores: Vec<(String, u32)>,
}

/// What a patch is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// An item.
    Item {
        /// Its id.
        id: String,
    },
    /// One variant.
    Variant {
        /// The item's id.
        item: String,
        /// The variant's id.
        id: String,
    },
    /// The variant that a stock-keeping system calls so.
    Inventory {
        /// [`Variant::inventory_id`].
        id: String,
    },
}

/// What a change did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applied {
    /// The item was not there and is now.
    Added,
    /// Something in it is other now.
    Changed,
    /// It said what was known.
    Unchanged,
    /// The item is gone.
    Removed,
}

impl Patch {
    /// A patch that says nothing yet.
    pub const fn of(target: Target) -> Self {
        Self { target, prices: None, cost_cents: None, stock: None, stores: Vec::new() }
    }

    /// A patch of an item that says nothing yet.
    pub fn of_item(id: impl Into<String>) -> Self {
        Self::of(Target::Item { id: id.into() })
    }
}

impl Change {
    /// The id of the item, where it is named.
    pub fn item_id(&self) -> Option<&str> {
        match self {
            Self::Put(item) => Some(&item.id),
            Self::Variant { item, .. } => Some(item),
            Self::Remove { id } => Some(id),
            Self::Patch(patch) => match &patch.target {
                Target::Item { id } | Target::Variant { item: id, .. } => Some(id),
                Target::Inventory { .. } => None,
            },
        }
    }
}
