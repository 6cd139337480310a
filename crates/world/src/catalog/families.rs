//! The twelve families: what all items of one have in common.

use super::{Cut, Family};

/// What all items of a family have in common.
#[derive(Debug)]
pub(super) struct Kind {
    /// How many items it has for each of its categories, against the others.
    pub weight: f64,
    /// The deviation of the logarithm of a price from the median of its category.
    pub price_spread: f64,
    /// The smallest and the largest margin.
    pub margin: (f64, f64),
    /// Months after which somebody who uses an item buys another.
    pub lasts_months: u32,
    /// The day of the year of the best sales and how much better they are than on average.
    pub season: (u16, f32),
    /// Share of items that keep water out.
    pub waterproof: f64,
    /// For whom its items are cut; one is drawn.
    pub cuts: &'static [Cut],
    /// Sizes of each cut: see [`sizes`].
    pub sizing: Sizing,
}

/// What sizes mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sizing {
    /// One for all.
    None,
    /// European shoe sizes.
    Shoe,
    /// Clothes: 1 (XS) to 6 (XXL).
    Clothes,
}

const BOTH: &[Cut] = &[Cut::Women, Cut::Men];
const MIXED: &[Cut] = &[Cut::Women, Cut::Men, Cut::All];
const ALL: &[Cut] = &[Cut::All];
const CHILDREN: &[Cut] = &[Cut::Children];

const fn kind(family: Family, weight: f64, cuts: &'static [Cut], sizing: Sizing) -> Kind {
    let (price_spread, margin, lasts_months, season, waterproof) = match family {
        Family::Boots => (0.28, (0.34, 0.50), 24, (130, 0.35), 0.6),
        Family::Trail => (0.24, (0.34, 0.50), 12, (100, 0.25), 0.25),
        Family::Socks => (0.30, (0.45, 0.60), 8, (330, 0.15), 0.0),
        Family::Poles => (0.38, (0.38, 0.52), 48, (160, 0.40), 0.0),
        Family::Packs => (0.32, (0.35, 0.50), 60, (165, 0.40), 0.2),
        Family::Rain => (0.42, (0.38, 0.55), 36, (290, 0.35), 0.9),
        Family::Winter => (0.40, (0.38, 0.58), 30, (345, 0.85), 0.15),
        Family::Care => (0.30, (0.42, 0.60), 6, (300, 0.15), 0.0),
        Family::Maps => (0.25, (0.15, 0.30), 60, (160, 0.50), 0.0),
        Family::Kids => (0.32, (0.32, 0.50), 10, (235, 0.35), 0.35),
        Family::Camp => (0.50, (0.28, 0.45), 60, (180, 0.70), 0.3),
        Family::Kitchen => (0.40, (0.25, 0.48), 18, (180, 0.40), 0.0),
    };
    Kind { weight, price_spread, margin, lasts_months, season, waterproof, cuts, sizing }
}

/// What is true of each family, in the order of their numbers.
pub(super) const KINDS: [Kind; 12] = [
    kind(Family::Boots, 1.5, BOTH, Sizing::Shoe),
    kind(Family::Trail, 1.3, BOTH, Sizing::Shoe),
    kind(Family::Socks, 1.0, MIXED, Sizing::Shoe),
    kind(Family::Poles, 0.7, ALL, Sizing::None),
    kind(Family::Packs, 1.1, MIXED, Sizing::None),
    kind(Family::Rain, 1.3, MIXED, Sizing::Clothes),
    kind(Family::Winter, 1.2, MIXED, Sizing::Clothes),
    kind(Family::Care, 0.6, ALL, Sizing::None),
    kind(Family::Maps, 0.8, ALL, Sizing::None),
    kind(Family::Kids, 0.9, CHILDREN, Sizing::Clothes),
    kind(Family::Camp, 0.8, ALL, Sizing::None),
    kind(Family::Kitchen, 0.7, ALL, Sizing::None),
];

/// The smallest and the largest size of a cut; none without sizes.
pub(super) const fn sizes(sizing: Sizing, cut: Cut) -> Option<(u8, u8)> {
    match (sizing, cut) {
        (Sizing::None, _) => None,
        (Sizing::Shoe, Cut::Women) => Some((35, 42)),
        (Sizing::Shoe, Cut::Men) => Some((39, 48)),
        (Sizing::Shoe, Cut::All) => Some((35, 48)),
        (Sizing::Shoe, Cut::Children) => Some((27, 38)),
        (Sizing::Clothes, Cut::Children) => Some((4, 14)),
        (Sizing::Clothes, _) => Some((1, 6)),
    }
}

impl Family {
    /// All families, by number.
    pub const ALL: [Self; 12] = [
        Self::Boots,
        Self::Trail,
        Self::Socks,
        Self::Poles,
        Self::Packs,
        Self::Rain,
        Self::Winter,
        Self::Care,
        Self::Maps,
        Self::Kids,
        Self::Camp,
        Self::Kitchen,
    ];

    /// As the product is told: `boots`.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Boots => "boots",
            Self::Trail => "trail",
            Self::Socks => "socks",
            Self::Poles => "poles",
            Self::Packs => "packs",
            Self::Rain => "rain",
            Self::Winter => "winter",
            Self::Care => "care",
            Self::Maps => "maps",
            Self::Kids => "kids",
            Self::Camp => "camp",
            Self::Kitchen => "kitchen",
        }
    }

    /// Its name in French and in English, as after "your".
    pub const fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Boots => ("chaussures de randonnée", "hiking boots"),
            Self::Trail => ("chaussures de trail", "trail shoes"),
            Self::Socks => ("chaussettes", "socks"),
            Self::Poles => ("bâtons", "poles"),
            Self::Packs => ("sacs à dos", "packs"),
            Self::Rain => ("vêtements de pluie", "rain wear"),
            Self::Winter => ("vêtements d’hiver", "winter wear"),
            Self::Care => ("produits d’entretien", "care products"),
            Self::Maps => ("cartes et guides", "maps and guides"),
            Self::Kids => ("affaires d’enfants", "children’s gear"),
            Self::Camp => ("affaires de bivouac", "camping gear"),
            Self::Kitchen => ("gourdes et réchauds", "bottles and stoves"),
        }
    }
}
