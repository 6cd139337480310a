//! What the shop can show: 120 pieces, of which 6 cells of stage and intent are left empty on purpose.

mod cells;

pub use cells::EMPTY;

use self::cells::{CELLS, Cell};
use crate::{
    Seed,
    calendar::{Calendar, Day},
    catalog::{Family, Text, taste},
    draws::{Entity, Purpose},
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
    /// As the product is told: `boots-comparison-inform-27`.
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
    /// Whether it exists in English too; all exist in French. Without English its English texts are empty.
    pub has_english: bool,
    /// The first day on which it must not be shown any more.
    pub expires: Option<Day>,
    /// How good it is: what it adds to the log-odds of a click while it is new.
    pub quality: f32,
    /// From this day on its quality fades by half every 14 days.
    pub decays: Option<Day>,
    /// Its place among tastes.
    pub latent: crate::catalog::Latent,
}

/// How many contents there are.
pub const CONTENTS: usize = 120;

/// Share of contents that exist in English, that expire and that fade while the world is lived; of those that need not
/// stay for a rule. With those that do, four of five are English.
const ENGLISH: f64 = 0.74;
const EXPIRES: f64 = 0.15;
const DECAYS: f64 = 0.25;

/// The mean and the deviation of what a content adds to the log-odds of a click; never below 0.
const QUALITY: (f64, f64) = (0.4, 0.25);

/// Days in which a content that fades loses half of its quality.
const HALF_LIFE_DAYS: f32 = 14.0;

/// All contents, by number: those of a stage and aid stand together. The first of these is about the shop, the others
/// about one family each.
pub fn all(seed: Seed, calendar: Calendar) -> Vec<Content> {
    let mut contents = Vec::with_capacity(CONTENTS);
    for (number, cell) in CELLS.iter().enumerate() {
        // 120 is 19 times 6 and 6 more.
        let count = CONTENTS / CELLS.len() + usize::from(number < CONTENTS % CELLS.len());
        // Five and twelve have no common divisor: every family comes to be among the first.
        let others = (0..Family::ALL.len()).map(|nth| Family::ALL[(number * 5 + nth) % Family::ALL.len()]);
        let others = others.filter(|family| !cell.shown.contains(family));
        let themes = cell.shown.iter().copied().chain(others).map(Some);
        for theme in std::iter::once(None).chain(themes).take(count) {
            contents.push(content(seed, calendar, (ContentId(contents.len() as u16), cell), theme));
        }
    }
    contents
}

impl Content {
    /// Whether it may be shown on a day.
    pub fn is_shown_on(&self, day: Day) -> bool {
        self.expires.is_none_or(|end| day < end)
    }

    /// How good it is on a day.
    pub fn quality_on(&self, day: Day) -> f32 {
        let late = self.decays.map_or(0, |from| day.0.saturating_sub(from.0));
        self.quality * libm::exp2f(-(late as f32) / HALF_LIFE_DAYS)
    }
}

impl Stage {
    /// All stages, in the order in which people go through them.
    pub const ALL: [Self; 5] =
        [Self::Discovery, Self::Comparison, Self::Conversion, Self::Onboarding, Self::Enrollment];

    /// As the product is told.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Comparison => "comparison",
            Self::Conversion => "conversion",
            Self::Onboarding => "onboarding",
            Self::Enrollment => "enrollment",
        }
    }
}

impl Aid {
    /// All aids.
    pub const ALL: [Self; 5] = [Self::Orient, Self::Inform, Self::Help, Self::Reassure, Self::Reward];

    /// As the product is told: its `intent`.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Orient => "orient",
            Self::Inform => "inform",
            Self::Help => "help",
            Self::Reassure => "reassure",
            Self::Reward => "reward",
        }
    }
}

fn content(seed: Seed, calendar: Calendar, (id, cell): (ContentId, &Cell), theme: Option<Family>) -> Content {
    let entity = Entity::Content(u32::from(id.0));
    let mut nature = seed.draws(entity, 0, Purpose::Nature);
    let stays = theme.is_none_or(|theme| cell.shown.contains(&theme));
    let has_english = nature.chance(ENGLISH) || stays;
    let quality = (QUALITY.0 + QUALITY.1 * nature.normal()).max(0.0) as f32;
    let mut lifetime = seed.draws(entity, 0, Purpose::Lifetime);
    // From a fifth of the time on: what nobody could see before it ended would be of no use.
    let mut late = || Day((f64::from(calendar.days) * lifetime.between(0.2, 1.0)) as u32);
    let (expiry, decay) = (late(), late());
    let does_expire = lifetime.chance(EXPIRES) && !stays;
    let does_decay = lifetime.chance(DECAYS) && !stays;
    let (about_fr, about_en) = theme.map_or(("votre équipement", "your gear"), Family::name);
    let english = |template: &str| if has_english { template.replace("{}", about_en) } else { String::new() };
    let slug = theme.map_or("shop", Family::slug);
    Content {
        id,
        slug: format!("{slug}-{}-{}-{}", cell.stage.slug(), cell.aid.slug(), id.0),
        stage: cell.stage,
        aid: cell.aid,
        theme,
        title: Text { fr: cell.title.0.replace("{}", about_fr), en: english(cell.title.1) },
        body: Text { fr: cell.body.0.to_owned(), en: english(cell.body.1) },
        has_english,
        expires: does_expire.then_some(expiry),
        quality,
        decays: does_decay.then_some(decay),
        latent: taste::content(theme, &mut seed.draws(entity, 0, Purpose::Taste)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use model::time::Timestamp;

    use super::*;

    fn contents(seed: u64) -> Vec<Content> {
        let start = Timestamp::from_millis(1_767_225_600_000).unwrap();
        all(Seed(seed), Calendar { start, days: 365 })
    }

    #[test]
    fn a_hundred_and_twenty_contents_leave_six_of_25_cells_empty() {
        let contents = contents(1);
        assert_eq!(contents.len(), CONTENTS);
        let slugs: BTreeSet<&str> = contents.iter().map(|content| content.slug.as_str()).collect();
        assert_eq!(slugs.len(), CONTENTS);
        let mut empty = Vec::new();
        for cell in Stage::ALL.into_iter().flat_map(|stage| Aid::ALL.map(|aid| (stage, aid))) {
            match contents.iter().filter(|content| (content.stage, content.aid) == cell).count() {
                0 => empty.push(cell),
                count => assert!((6..=7).contains(&count), "{cell:?}"),
            }
        }
        assert_eq!(empty.iter().collect::<BTreeSet<_>>(), EMPTY.iter().collect());
        assert_eq!(empty.len(), 6);
    }

    #[test]
    fn all_are_french_and_four_of_five_english() {
        let contents: Vec<Content> = (0..10).flat_map(contents).collect();
        assert!(contents.iter().all(|content| !content.title.fr.contains('{') && !content.body.fr.is_empty()));
        assert!(contents.iter().all(|content| content.has_english != content.title.en.is_empty()));
        let english = contents.iter().filter(|content| content.has_english).count() as f64 / contents.len() as f64;
        assert!((english - 0.8).abs() < 0.04, "{english}");
    }

    #[test]
    fn some_expire_some_fade_and_what_rules_show_stays() {
        let contents: Vec<Content> = (0..10).flat_map(contents).collect();
        let stays = |content: &&Content| {
            let cell = CELLS.iter().find(|cell| (cell.stage, cell.aid) == (content.stage, content.aid)).unwrap();
            content.theme.is_none_or(|theme| cell.shown.contains(&theme))
        };
        let (steady, others): (Vec<&Content>, Vec<&Content>) = contents.iter().partition(stays);
        assert_eq!(steady.len(), 10 * (19 + 12));
        assert!(steady.iter().all(|content| content.expires.is_none() && content.decays.is_none()));
        assert!(steady.iter().all(|content| content.has_english));
        let share =
            |is: fn(&Content) -> bool| others.iter().filter(|content| is(content)).count() as f64 / others.len() as f64;
        assert!((share(|content| content.expires.is_some()) - EXPIRES).abs() < 0.04);
        assert!((share(|content| content.decays.is_some()) - DECAYS).abs() < 0.05);
        assert!(contents.iter().all(|content| content.is_shown_on(Day(72))));
    }

    #[test]
    fn quality_fades_by_half_in_a_fortnight_from_its_day() {
        let contents = contents(1);
        let content = contents.iter().find(|content| content.decays.is_some() && content.quality > 0.0).unwrap();
        let from = content.decays.unwrap();
        let on = |later: u32| content.quality_on(Day(from.0 + later)) / content.quality;
        assert_eq!(content.quality_on(Day(from.0 - 1)), content.quality);
        assert!((on(0) - 1.0).abs() < 1e-6 && (on(14) - 0.5).abs() < 1e-6 && (on(28) - 0.25).abs() < 1e-6);
    }
}
