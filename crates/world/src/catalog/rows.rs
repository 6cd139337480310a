//! The eighty categories, by family: a table to read and to change.

use super::{Cut, Family, families::Sizing};

/// A category as it is planned.
#[derive(Debug)]
pub(super) struct Row {
    /// Its family.
    pub family: Family,
    /// As the product is told.
    pub slug: &'static str,
    /// What one item (or pair) is called, in French and in English. The category is called the same.
    pub noun: (&'static str, &'static str),
    /// The median price in euros.
    pub euros: f64,
    /// The median weight in grams.
    pub grams: f64,
    /// What most of its items are for.
    pub purpose: &'static str,
    /// Where most of its items are used.
    pub terrain: &'static str,
}

type Words = (&'static str, &'static str, &'static str);

const fn row(family: Family, words: Words, measures: (f64, f64), nature: (&'static str, &'static str)) -> Row {
    let ((slug, fr, en), (euros, grams), (purpose, terrain)) = (words, measures, nature);
    Row { family, slug, noun: (fr, en), euros, grams, purpose, terrain }
}

const DAY: &str = "day-hike";
const TREK: &str = "trek";
const ALPINE: &str = "alpine";
const CITY: &str = "city";
const RUN: &str = "trail";
const COAST: &str = "coast";
const FOREST: &str = "forest";
const MOUNTAIN: &str = "mountain";
const SNOW: &str = "snow";

use Family::{Boots, Camp, Care, Kids, Kitchen, Maps, Packs, Poles, Rain, Socks, Trail, Winter};

/// All categories, by number.
pub(super) const ROWS: [Row; 80] = [
    row(Boots, ("boots-day", "chaussures de randonnée", "hiking boots"), (105.0, 950.0), (DAY, FOREST)),
    row(Boots, ("boots-low", "chaussures de marche basses", "walking shoes"), (85.0, 780.0), (DAY, COAST)),
    row(Boots, ("boots-trek", "chaussures de trek", "trekking boots"), (155.0, 1_250.0), (TREK, MOUNTAIN)),
    row(Boots, ("boots-mountain", "chaussures de montagne", "mountain boots"), (195.0, 1_450.0), (ALPINE, MOUNTAIN)),
    row(Boots, ("boots-approach", "chaussures d’approche", "approach shoes"), (120.0, 860.0), (ALPINE, MOUNTAIN)),
    row(Boots, ("boots-winter", "bottes d’hiver", "winter boots"), (125.0, 1_300.0), (CITY, SNOW)),
    row(
        Boots,
        ("boots-city", "chaussures de ville tout-terrain", "all-terrain town shoes"),
        (90.0, 720.0),
        (CITY, FOREST),
    ),
    row(Boots, ("boots-sandals", "sandales de marche", "walking sandals"), (65.0, 560.0), (DAY, COAST)),
    row(
        Trail,
        ("trail-short", "chaussures de trail court", "short-distance trail shoes"),
        (105.0, 540.0),
        (RUN, FOREST),
    ),
    row(
        Trail,
        ("trail-long", "chaussures de trail long", "long-distance trail shoes"),
        (130.0, 600.0),
        (RUN, MOUNTAIN),
    ),
    row(Trail, ("trail-mud", "chaussures de trail pour la boue", "trail shoes for mud"), (115.0, 580.0), (RUN, FOREST)),
    row(Trail, ("trail-vests", "gilet de trail", "trail vest"), (78.0, 230.0), (RUN, MOUNTAIN)),
    row(Trail, ("trail-shorts", "short de trail", "trail shorts"), (42.0, 130.0), (RUN, COAST)),
    row(Trail, ("trail-shirts", "maillot de trail", "trail shirt"), (38.0, 110.0), (RUN, COAST)),
    row(Socks, ("socks-light", "chaussettes légères", "light socks"), (14.0, 55.0), (DAY, COAST)),
    row(Socks, ("socks-hike", "chaussettes de randonnée", "hiking socks"), (18.0, 75.0), (DAY, FOREST)),
    row(Socks, ("socks-trek", "chaussettes de trek", "trekking socks"), (22.0, 95.0), (TREK, MOUNTAIN)),
    row(Socks, ("socks-winter", "chaussettes d’hiver", "winter socks"), (24.0, 120.0), (ALPINE, SNOW)),
    row(Socks, ("socks-run", "chaussettes de course", "running socks"), (16.0, 50.0), (RUN, FOREST)),
    row(Socks, ("socks-liner", "sous-chaussettes", "liner socks"), (11.0, 35.0), (TREK, MOUNTAIN)),
    row(Poles, ("poles-folding", "bâtons pliants", "folding poles"), (92.0, 420.0), (TREK, MOUNTAIN)),
    row(Poles, ("poles-telescopic", "bâtons télescopiques", "telescopic poles"), (58.0, 510.0), (DAY, FOREST)),
    row(Poles, ("poles-trail", "bâtons de trail", "trail running poles"), (115.0, 330.0), (RUN, MOUNTAIN)),
    row(Poles, ("poles-walking", "bâton de marche", "walking staff"), (32.0, 310.0), (DAY, COAST)),
    row(Poles, ("poles-nordic", "bâtons de marche nordique", "Nordic walking poles"), (46.0, 440.0), (DAY, FOREST)),
    row(Packs, ("packs-day", "sac à dos de journée", "day pack"), (68.0, 780.0), (DAY, FOREST)),
    row(Packs, ("packs-weekend", "sac à dos de week-end", "weekend pack"), (105.0, 1_250.0), (TREK, FOREST)),
    row(Packs, ("packs-trek", "sac à dos de trek", "trekking pack"), (165.0, 1_850.0), (TREK, MOUNTAIN)),
    row(Packs, ("packs-alpine", "sac à dos d’alpinisme", "mountaineering pack"), (125.0, 1_100.0), (ALPINE, SNOW)),
    row(Packs, ("packs-city", "sac à dos de ville", "town backpack"), (62.0, 720.0), (CITY, COAST)),
    row(Packs, ("packs-waist", "sac banane", "waist pack"), (32.0, 240.0), (CITY, COAST)),
    row(Packs, ("packs-covers", "housse de pluie", "rain cover"), (19.0, 90.0), (TREK, FOREST)),
    row(Packs, ("packs-dry", "sac étanche", "dry bag"), (21.0, 110.0), (TREK, COAST)),
    row(Rain, ("rain-jackets", "veste de pluie", "rain jacket"), (135.0, 380.0), (DAY, FOREST)),
    row(Rain, ("rain-alpine", "veste de haute montagne", "alpine shell"), (240.0, 470.0), (ALPINE, MOUNTAIN)),
    row(Rain, ("rain-trail", "coupe-pluie de trail", "trail rain shell"), (115.0, 170.0), (RUN, MOUNTAIN)),
    row(Rain, ("rain-trousers", "pantalon de pluie", "rain trousers"), (82.0, 310.0), (TREK, FOREST)),
    row(Rain, ("rain-ponchos", "cape de pluie", "rain poncho"), (38.0, 330.0), (TREK, FOREST)),
    row(Rain, ("rain-city", "parka de ville", "town parka"), (145.0, 780.0), (CITY, COAST)),
    row(Rain, ("rain-gaiters", "guêtres", "gaiters"), (36.0, 220.0), (TREK, SNOW)),
    row(Winter, ("winter-down", "doudoune", "down jacket"), (165.0, 420.0), (CITY, SNOW)),
    row(Winter, ("winter-fleece", "veste polaire", "fleece jacket"), (72.0, 380.0), (DAY, FOREST)),
    row(Winter, ("winter-base", "première couche", "base layer"), (48.0, 190.0), (ALPINE, SNOW)),
    row(Winter, ("winter-trousers", "pantalon chaud", "warm trousers"), (88.0, 490.0), (ALPINE, SNOW)),
    row(Winter, ("winter-gloves", "gants", "gloves"), (36.0, 130.0), (ALPINE, SNOW)),
    row(Winter, ("winter-hats", "bonnet", "beanie"), (24.0, 70.0), (CITY, SNOW)),
    row(Winter, ("winter-neck", "tour de cou", "neck warmer"), (19.0, 55.0), (RUN, MOUNTAIN)),
    row(Winter, ("winter-tights", "collant chaud", "warm tights"), (45.0, 210.0), (RUN, SNOW)),
    row(Care, ("care-wax", "cire pour cuir", "leather wax"), (12.0, 100.0), (DAY, FOREST)),
    row(Care, ("care-spray", "imperméabilisant", "waterproofing spray"), (14.0, 320.0), (TREK, FOREST)),
    row(Care, ("care-wash", "lessive technique", "technical wash"), (13.0, 330.0), (ALPINE, MOUNTAIN)),
    row(Care, ("care-soles", "semelles", "insoles"), (32.0, 120.0), (TREK, MOUNTAIN)),
    row(Care, ("care-laces", "lacets", "laces"), (6.0, 25.0), (DAY, FOREST)),
    row(Care, ("care-repair", "kit de réparation", "repair kit"), (15.0, 90.0), (TREK, MOUNTAIN)),
    row(Maps, ("maps-hiking", "carte de randonnée", "hiking map"), (12.0, 110.0), (DAY, FOREST)),
    row(Maps, ("maps-guides", "guide de randonnée", "hiking guide"), (17.0, 360.0), (TREK, MOUNTAIN)),
    row(Maps, ("maps-climbing", "topo d’escalade", "climbing guide"), (27.0, 420.0), (ALPINE, SNOW)),
    row(Maps, ("maps-cycling", "carte de randonnée à vélo", "cycle touring map"), (13.0, 110.0), (TREK, FOREST)),
    row(Maps, ("maps-nature", "guide nature", "nature guide"), (19.0, 390.0), (DAY, COAST)),
    row(
        Kids,
        ("kids-boots", "chaussures de marche pour enfant", "children’s hiking boots"),
        (52.0, 620.0),
        (DAY, FOREST),
    ),
    row(Kids, ("kids-rain", "veste de pluie pour enfant", "children’s rain jacket"), (48.0, 290.0), (DAY, COAST)),
    row(Kids, ("kids-fleece", "polaire pour enfant", "children’s fleece"), (28.0, 240.0), (DAY, FOREST)),
    row(Kids, ("kids-down", "doudoune pour enfant", "children’s down jacket"), (58.0, 330.0), (CITY, SNOW)),
    row(Kids, ("kids-packs", "sac à dos pour enfant", "children’s pack"), (34.0, 380.0), (DAY, FOREST)),
    row(Kids, ("kids-carriers", "porte-bébé de randonnée", "child carrier"), (210.0, 2_700.0), (DAY, MOUNTAIN)),
    row(Kids, ("kids-hats", "bonnet pour enfant", "children’s beanie"), (14.0, 50.0), (CITY, SNOW)),
    row(Camp, ("camp-tents-light", "tente légère", "light tent"), (290.0, 1_600.0), (TREK, MOUNTAIN)),
    row(Camp, ("camp-tents-family", "tente familiale", "family tent"), (260.0, 6_500.0), (DAY, COAST)),
    row(Camp, ("camp-bags-summer", "sac de couchage d’été", "summer sleeping bag"), (85.0, 750.0), (TREK, COAST)),
    row(Camp, ("camp-bags-cold", "sac de couchage chaud", "warm sleeping bag"), (210.0, 1_150.0), (ALPINE, SNOW)),
    row(Camp, ("camp-mats", "matelas", "sleeping mat"), (72.0, 520.0), (TREK, FOREST)),
    row(Camp, ("camp-lamps", "lampe frontale", "head torch"), (42.0, 85.0), (RUN, MOUNTAIN)),
    row(Camp, ("camp-tarps", "abri", "tarp"), (88.0, 560.0), (TREK, FOREST)),
    row(Camp, ("camp-furniture", "chaise pliante", "folding chair"), (48.0, 980.0), (CITY, COAST)),
    row(Kitchen, ("kitchen-bottles", "gourde", "bottle"), (21.0, 210.0), (DAY, FOREST)),
    row(Kitchen, ("kitchen-flasks", "flasque souple", "soft flask"), (16.0, 45.0), (RUN, MOUNTAIN)),
    row(Kitchen, ("kitchen-stoves", "réchaud", "stove"), (48.0, 180.0), (TREK, MOUNTAIN)),
    row(Kitchen, ("kitchen-pots", "popote", "cook set"), (36.0, 340.0), (TREK, FOREST)),
    row(Kitchen, ("kitchen-meals", "repas lyophilisé", "freeze-dried meal"), (8.0, 130.0), (TREK, MOUNTAIN)),
    row(Kitchen, ("kitchen-filters", "filtre à eau", "water filter"), (44.0, 90.0), (TREK, FOREST)),
];

impl Row {
    /// What sizes of its items mean, where they differ from those of the family.
    pub(super) fn sizing(&self, family: Sizing) -> Sizing {
        match self.slug {
            "trail-vests" | "trail-shorts" | "trail-shirts" => Sizing::Clothes,
            "kids-boots" | "care-soles" => Sizing::Shoe,
            "kids-packs" | "kids-carriers" | "kids-hats" | "winter-hats" | "winter-neck" | "rain-ponchos" => {
                Sizing::None
            }
            _ => family,
        }
    }

    /// For whom its items are cut, where that differs from the family.
    pub(super) fn cuts(&self, family: &'static [Cut]) -> &'static [Cut] {
        match self.slug {
            // One category that nine women and one man of ten buy: what a shop must not take for a rule about sex.
            MOSTLY_WOMEN => &MOSTLY_WOMEN_CUTS,
            "winter-hats" | "winter-neck" | "rain-ponchos" | "rain-gaiters" => &[Cut::All],
            "packs-city" | "packs-waist" | "packs-covers" | "packs-dry" => &[Cut::All],
            _ => family,
        }
    }

    /// Its season, where it differs from that of the family.
    pub(super) fn season(&self, family: (u16, f32)) -> (u16, f32) {
        match self.slug {
            "boots-winter" | "socks-winter" | "kids-down" | "kids-hats" => (345, 0.8),
            "boots-sandals" => (180, 0.8),
            "camp-bags-cold" => (320, 0.3),
            _ => family,
        }
    }

    /// Whether feet have a width in it.
    pub(super) fn has_width(&self) -> bool {
        matches!(self.family, Boots | Trail) && self.sizing(Sizing::Shoe) == Sizing::Shoe
    }
}

/// The category that is cut for women nine times of ten.
pub(super) const MOSTLY_WOMEN: &str = "winter-tights";

const MOSTLY_WOMEN_CUTS: [Cut; 10] = {
    let mut cuts = [Cut::Women; 10];
    cuts[9] = Cut::Men;
    cuts
};

/// What is truly bought with a category: the categories of its complements, the best first.
pub(super) fn goes_with(slug: &str, family: Family) -> &'static [&'static str] {
    match (slug, family) {
        ("boots-winter" | "boots-mountain", _) => &["socks-winter", "poles-folding", "care-wax"],
        ("boots-trek", _) => &["socks-trek", "poles-folding", "care-wax"],
        ("boots-sandals" | "boots-city", _) => &["socks-light", "care-spray"],
        (_, Boots) => &["socks-hike", "poles-telescopic", "care-wax"],
        ("trail-vests", _) => &["kitchen-flasks", "poles-trail"],
        (_, Trail) => &["socks-run", "kitchen-flasks"],
        ("socks-run", _) => &["trail-short"],
        (_, Socks) => &["socks-liner", "care-soles"],
        ("poles-trail", _) => &["trail-vests"],
        (_, Poles) => &["packs-day", "rain-gaiters"],
        ("packs-covers" | "packs-dry", _) => &["packs-trek"],
        ("packs-trek" | "packs-weekend", _) => &["packs-covers", "packs-dry", "camp-mats"],
        (_, Packs) => &["packs-covers", "kitchen-bottles"],
        ("rain-jackets" | "rain-alpine", _) => &["rain-trousers", "care-spray"],
        (_, Rain) => &["care-spray", "rain-gaiters"],
        ("winter-gloves" | "winter-hats" | "winter-neck", _) => &["winter-base"],
        (_, Winter) => &["winter-gloves", "winter-hats", "care-wash"],
        ("care-wax", _) => &["care-laces", "care-soles"],
        (_, Care) => &["care-repair"],
        ("maps-hiking" | "maps-cycling", _) => &["maps-guides"],
        (_, Maps) => &["maps-hiking"],
        ("kids-boots" | "kids-packs" | "kids-carriers", _) => &["kids-rain"],
        (_, Kids) => &["kids-fleece", "kids-hats"],
        ("camp-tents-light" | "camp-tents-family", _) => &["camp-mats", "camp-bags-summer", "camp-lamps"],
        (_, Camp) => &["camp-mats", "camp-lamps"],
        ("kitchen-stoves", _) => &["kitchen-pots", "kitchen-meals"],
        (_, Kitchen) => &["kitchen-meals", "kitchen-bottles"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_category_has_a_slug_of_its_own_in_its_family_and_complements_that_exist() {
        for (at, row) in ROWS.iter().enumerate() {
            assert!(row.slug.starts_with(row.family.slug()), "{}", row.slug);
            assert!(ROWS.iter().skip(at + 1).all(|other| other.slug != row.slug && other.noun.0 != row.noun.0));
            for other in goes_with(row.slug, row.family) {
                assert!(ROWS.iter().any(|row| row.slug == *other), "{other}");
            }
        }
        assert!(Family::ALL.iter().all(|family| ROWS.iter().filter(|row| row.family == *family).count() >= 5));
    }
}
