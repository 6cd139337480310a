//! What the shop can show: 120 pieces, of which 6 cells of stage and intent are left empty on purpose.

use crate::{
    Seed,
    calendar::{Calendar, Day},
    catalog::{Family, Text},
};

/// A content, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentId(pub u16);

/// Where somebody stands with the shop. The same words as the product's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Stage {
    /// A need, perhaps not yet in words.
    Discovery,
    /// Weighing solutions.
    Comparison,
    /// About to buy.
    Conversion,
    /// Bought, learns to use it.
    Onboarding,
    /// Comes back.
    Enrollment,
}

/// What a content is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Aid {
    /// Shows the way.
    Orient,
    /// Tells what there is to know.
    Inform,
    /// Solves a difficulty.
    Help,
    /// Takes a fear away.
    Reassure,
    /// Thanks.
    Reward,
}

/// A content.
#[derive(Debug, Clone)]
pub struct Content {
    /// Its number.
    pub id: ContentId,
    /// As the product is told: `care-boots-help-3`.
    pub slug: String,
    /// For whom.
    pub stage: Stage,
    /// What for.
    pub aid: Aid,
    /// What it is about; none: the shop.
    pub theme: Option<Family>,
    /// Its title.
    pub title: Text,
    /// Its body.
    pub body: Text,
    /// Whether it exists in English too; all exist in French.
    pub has_english: bool,
    /// The first day on which it must not be shown any more.
    pub expires: Option<Day>,
    /// How good it is: what it adds to the wish to click, on the day on which it is new.
    pub quality: f32,
    /// From this day on its quality fades by half every 14 days.
    pub decays: Option<Day>,
    /// Its place among tastes.
    pub latent: crate::catalog::Latent,
}

/// All contents, by number.
pub fn all(_seed: Seed, _calendar: Calendar) -> Vec<Content> {
    Vec::new()
}

impl Content {
    /// Whether it may be shown on a day.
    pub fn is_shown_on(&self, day: Day) -> bool {
        self.expires.is_none_or(|end| day < end)
    }

    /// How good it is on a day.
    pub fn quality_on(&self, day: Day) -> f32 {
        let late = self.decays.map_or(0, |from| day.0.saturating_sub(from.0));
        self.quality * libm::exp2f(-(late as f32) / 14.0)
    }
}
