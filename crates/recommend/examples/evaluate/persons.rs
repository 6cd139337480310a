//! Items for known persons: what the personal model finds, beside popularity, own frequency and EASE.

use std::collections::BTreeSet;

use model::time::Timestamp;
use recommend::{
    ease::{Ease, Settings},
    habit::{Past, Taken, Takings},
    history::{Deed, Item, Person},
    measure::{self, Interval, Quality, Shown, bootstrap},
    personal::{Memory, Personal, Question, Training},
    popularity::Popularity,
    scored::{Scored, best},
};

use crate::{baskets::Split, cpu_s, now, peak_mib};

const TOP: usize = 20;
const SAMPLES: usize = 1_000;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Items that the person never took.
    New,
    /// Any.
    Any,
}

/// One model's qualities, one a person, in the order of the persons.
struct Graded {
    qualities: Vec<Quality>,
    shown: Shown,
}

/// Evaluates one set.
pub(crate) fn run(split: &Split) {
    let takings = Takings::of(&split.history, &[Deed::Order], Timestamp::MAX);
    let popularity = Popularity::train(&takings, split.now);
    let (persons, items) = (split.history.persons(), split.history.items());
    println!("{}: {persons} persons, {items} items, {} test persons", split.name, split.wanted.len());
    let all = Takings::of(&split.everything, &[Deed::Order], Timestamp::MAX);
    let training = Training { least_takers: split.buyers, ..Training::default() };
    let start = cpu_s();
    let plain = Personal::train(&all, split.now, None, training);
    println!("  personal model: {:.1} s of CPU to train, peak {:.0} MiB", cpu_s() - start, peak_mib());
    let start = cpu_s();
    let alike = split.contents.alike(30);
    let model = Personal::train(&all, split.now, Some(&alike), training);
    println!("  with contents: {:.1} s of CPU to train, peak {:.0} MiB", cpu_s() - start, peak_mib());
    // Told of items with enough buyers only, as the peers are, and as `prevenance evaluate` is told.
    let told = Personal::train(&takings, split.now, None, Training::default());
    // The peer keeps every weight, and has the penalty of its published figures.
    let exact = Ease::train(&takings, split.now, Settings { kept: items, penalty: 300.0, ..Settings::default() });
    let popular = |_: &Past, _: Person| popularity.top_ever(items);
    let own = |past: &Past, _: Person| own_frequency(past, &popularity, items);
    let ease_of = |past: &Past, _: Person| ease_scores(&exact, past, items);
    let mut memory = Memory::default();
    let mut times_us = Vec::new();
    let mut ask = |model: &Personal, taken: &[Taken], with: bool| {
        let question = Question { taken, now: split.now, alike: with.then_some(&alike) };
        let start = now();
        let chances = model.chances(&question, 0, &mut memory);
        times_us.push(start.elapsed().as_secs_f64() * 1e6);
        let candidates = chances.into_iter().filter(|one| one.item.index() < items);
        candidates.map(|one| Scored { item: one.item, score: one.chance }).collect()
    };
    for kind in [Kind::New, Kind::Any] {
        let grade =
            |scores: &mut dyn FnMut(&Past, Person) -> Vec<Scored>| grade(split, &takings, kind, &popularity, scores);
        let baseline = grade(&mut { popular });
        let peer = grade(&mut { ease_of });
        let habit = grade(&mut { own });
        let blend = grade(&mut |_: &Past, person| ask(&plain, all.by(person), false));
        let with = grade(&mut |_: &Past, person| ask(&model, all.by(person), true));
        let alone = grade(&mut |_: &Past, person| ask(&told, takings.by(person), false));
        let light = light(split, &takings, kind);
        println!("  {kind:?}, {} persons, {} of them light", light.len(), light.iter().filter(|one| **one).count());
        for (name, graded) in [
            ("popularity", &baseline),
            ("own frequency", &habit),
            ("EASE", &peer),
            ("personal", &blend),
            ("with contents", &with),
            ("as the peers", &alone),
        ] {
            line(name, graded, &light, items);
        }
        for (name, other) in [("popularity", &baseline), ("own frequency", &habit), ("EASE", &peer)] {
            for (name_of, graded) in [("personal", &blend), ("with contents", &with), ("as the peers", &alone)] {
                versus(name_of, name, graded, other);
            }
        }
    }
    calibration(split, &all, &plain);
    times_us.sort_unstable_by(f64::total_cmp);
    let quantile = |share: f64| times_us[((times_us.len() - 1) as f64 * share) as usize];
    println!("  a question: p50 {:.0} us, p99 {:.0} us", quantile(0.5), quantile(0.99));
}

/// How many takings the chances promise, and how many there were: of what is new to a person, and of what is not.
fn calibration(split: &Split, takings: &Takings, model: &Personal) {
    let (mut said, mut happened, mut memory) = ([0.0; 2], [0; 2], Memory::default());
    for (person, wanted) in &split.wanted {
        let question = Question { taken: takings.by(*person), now: split.now, alike: None };
        let past = Past::of(question.taken, split.now);
        for one in
            model.chances(&question, 0, &mut memory).iter().filter(|one| one.item.index() < split.history.items())
        {
            let place = usize::from(past.habit(one.item).is_some());
            said[place] += one.chance;
            happened[place] += u32::from(wanted.contains(&one.item));
        }
    }
    for (place, name) in ["new", "again"].into_iter().enumerate() {
        println!("  {name}: {:.0} takings promised to those who came back, {} happened", said[place], happened[place]);
    }
}

fn own_frequency(past: &Past, popularity: &Popularity, items: usize) -> Vec<Scored> {
    let mut scored = popularity.top_ever(items);
    let most = scored.first().map_or(1.0, |one| one.score);
    for one in &mut scored {
        one.score = 0.5 * one.score / most + past.habit(one.item).map_or(0.0, |habit| habit.times as f32);
    }
    scored
}

fn ease_scores(ease: &Ease, past: &Past, items: usize) -> Vec<Scored> {
    let taken: Vec<Item> = past.habits.iter().map(|habit| habit.item).collect();
    ease.best_for(&taken, items)
}

fn wanted(split: &Split, past: &Past, person: Person, kind: Kind) -> BTreeSet<Item> {
    let all = split.wanted.get(&person).cloned().unwrap_or_default();
    all.into_iter().filter(|item| kind == Kind::Any || past.habit(*item).is_none()).collect()
}

fn grade(
    split: &Split,
    takings: &Takings,
    kind: Kind,
    popularity: &Popularity,
    scores: &mut dyn FnMut(&Past, Person) -> Vec<Scored>,
) -> Graded {
    let (percentiles, mut graded) = (popularity.percentiles(), Graded { qualities: vec![], shown: Shown::default() });
    for person in split.wanted.keys() {
        let past = Past::of(takings.by(*person), split.now);
        let wanted = wanted(split, &past, *person, kind);
        if wanted.is_empty() {
            continue;
        }
        let mut scored = scores(&past, *person);
        scored.retain(|one| kind == Kind::Any || past.habit(one.item).is_none());
        let list: Vec<Item> = best(scored, TOP).into_iter().map(|one| one.item).collect();
        graded.qualities.extend(measure::quality(&list, &wanted, TOP));
        graded.shown.count(&list, &percentiles);
    }
    graded
}

/// Which of the persons graded have at most three baskets.
fn light(split: &Split, takings: &Takings, kind: Kind) -> Vec<bool> {
    let pasts = split.wanted.keys().map(|person| (person, Past::of(takings.by(*person), split.now)));
    pasts
        .filter(|(person, past)| !wanted(split, past, **person, kind).is_empty())
        .map(|(_, past)| past.baskets <= 3)
        .collect()
}

fn line(name: &str, graded: &Graded, light: &[bool], items: usize) {
    let mean = |of: &dyn Fn(&Quality) -> f64| {
        graded.qualities.iter().map(of).sum::<f64>() / graded.qualities.len().max(1) as f64
    };
    let lights = graded.qualities.iter().zip(light).filter(|(_, is_light)| **is_light);
    let light_recall = lights.clone().map(|(one, _)| one.recall).sum::<f64>() / lights.count().max(1) as f64;
    println!(
        "    {name:<14} recall {:.4}  NDCG {:.4}  MRR {:.4}  light recall {light_recall:.4}  coverage {:.3}  percentile {:.3}",
        mean(&|one| one.recall),
        mean(&|one| one.ndcg),
        mean(&|one| one.mrr),
        graded.shown.coverage(items),
        graded.shown.mean_percentile()
    );
}

fn versus(name: &str, other_name: &str, graded: &Graded, other: &Graded) {
    let interval = |of: fn(&Quality) -> f64| -> Interval {
        let pairs = graded.qualities.iter().zip(&other.qualities);
        bootstrap(&pairs.map(|(one, other)| of(one) - of(other)).collect::<Vec<_>>(), SAMPLES, 6)
    };
    let (recall, ndcg) = (interval(|one| one.recall), interval(|one| one.ndcg));
    println!(
        "    {name} - {other_name}: recall {:+.4} [{:+.4}, {:+.4}]  NDCG {:+.4} [{:+.4}, {:+.4}]",
        recall.mean, recall.low, recall.high, ndcg.mean, ndcg.low, ndcg.high
    );
}
