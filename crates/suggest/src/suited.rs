//! Which categories suit a moment, whoever it is: in this country and at this season more is taken of them than elsewhere
//! and at other times.

use std::collections::BTreeMap;

use catalog::{catalog::Catalog, number::CategoryNumber};
use model::time::Timestamp;
use recommend::{history::Deed, popularity::Context};

use crate::{
    gather::{Gathered, NO_CATEGORY, Surroundings, contexts},
    models::Models,
};

/// Of a context with fewer takings nothing is said.
const LEAST: u32 = 100;
/// It takes so many takings, beside what was expected, to believe half of a difference.
const DOUBT: f32 = 20.0;
/// What suits less says nothing.
const LEAST_STRENGTH: f32 = 0.05;
/// So many categories of a context are kept, those that differ most.
const KEPT: usize = 40;

/// How much more, or less, is taken of categories in each context than is usual: from −1 to 1.
pub(crate) type Suited = BTreeMap<Context, Vec<(u32, f32)>>;

/// Learns it from the deeds that count.
pub(crate) fn learn(gathered: &Gathered, counts: &[Deed]) -> Suited {
    let mut usual = BTreeMap::<u32, u32>::new();
    let mut here = BTreeMap::<Context, BTreeMap<u32, u32>>::new();
    for (place, one) in gathered.history.iter().enumerate().filter(|(_, one)| counts.contains(&one.deed)) {
        let category = gathered.categories.get(one.item.index()).copied().unwrap_or(NO_CATEGORY);
        *usual.entry(category).or_default() += 1;
        for context in gathered.contexts(place, one.at).into_iter().flatten() {
            *here.entry(context).or_default().entry(category).or_default() += 1;
        }
    }
    let all = usual.values().sum::<u32>().max(1) as f32;
    let suited = here.into_iter().filter_map(|(context, taken)| {
        let here = taken.values().sum::<u32>();
        let strength = |(category, usually): (&u32, &u32)| {
            let taken = taken.get(category).copied().unwrap_or_default() as f32;
            let expected = *usually as f32 * here as f32 / all;
            (*category, (taken - expected) / (taken + expected + DOUBT))
        };
        let mut strengths: Vec<(u32, f32)> = usual.iter().map(strength).collect();
        strengths.retain(|(category, strength)| *category != NO_CATEGORY && strength.abs() >= LEAST_STRENGTH);
        strengths.sort_by(|one, other| other.1.abs().total_cmp(&one.1.abs()).then(one.0.cmp(&other.0)));
        strengths.truncate(KEPT);
        (here >= LEAST && !strengths.is_empty()).then_some((context, strengths))
    });
    suited.collect()
}

impl Models {
    /// Topics (`path:Shoes > Boots`) that suit a moment somewhere, with how much, from −1 to 1: what is said of the
    /// country and of the season adds up.
    pub fn suited(&self, catalog: &Catalog, around: Surroundings<'_>, now: Timestamp) -> Vec<(String, f64)> {
        // A country with a device says no more of what is liked there than the country does.
        let [_, country, _, season] = contexts(around, now);
        let mut sums = BTreeMap::<u32, f32>::new();
        for (category, strength) in
            [country, season].into_iter().flatten().flat_map(|context| self.counted.suits(context))
        {
            *sums.entry(*category).or_default() += strength;
        }
        let topic = |(category, strength): (u32, f32)| {
            let path: Vec<&str> = catalog.category_path(CategoryNumber(category)).collect();
            (!path.is_empty()).then(|| (format!("path:{}", path.join(" > ")), f64::from(strength.clamp(-1.0, 1.0))))
        };
        sums.into_iter().filter_map(topic).collect()
    }
}

#[cfg(test)]
mod tests {
    use model::time::Span;
    use recommend::history::{Group, Interaction, Item, Person};

    use super::*;

    #[test]
    fn what_is_taken_more_at_a_season_suits_it() {
        let (mut gathered, summer) = (Gathered::default(), Timestamp::EPOCH.plus(Span::DAY.times(200)));
        gathered.categories = vec![7, 8, 9];
        // Sandals in summer, boots in winter, socks always.
        for number in 0..400_u32 {
            let (at, item) = if number % 2 == 0 { (summer, 0) } else { (Timestamp::EPOCH, 1) };
            let item = Item(if number % 4 < 2 { 2 } else { item });
            let (person, group) = (Person(number), Group(number));
            gathered.history.push(Interaction { person, item, deed: Deed::Order, group, at });
        }
        let suited = learn(&gathered, &[Deed::Order]);
        let of = |at: Timestamp| {
            let [.., season] = contexts(Surroundings::default(), at);
            suited[&season.unwrap()].clone()
        };
        let signs = |of: Vec<(u32, f32)>| of.into_iter().map(|(category, by)| (category, by > 0.2)).collect::<Vec<_>>();
        assert_eq!(signs(of(summer)), [(8, false), (7, true)]);
        assert_eq!(signs(of(Timestamp::EPOCH)), [(7, false), (8, true)]);
        assert!(learn(&gathered, &[Deed::View]).is_empty());
    }
}
