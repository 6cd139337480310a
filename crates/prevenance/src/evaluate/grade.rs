//! How good the lists of one recommender are, with intervals over persons; and as a table.

use std::{collections::BTreeSet, fmt::Write as _};

use recommend::{
    history::Item,
    measure::{Interval, Quality, Shown, bootstrap, quality},
};
use serde_json::{Map, Value, json};

/// Bootstrap samples of the persons.
const SAMPLES: usize = 1_000;
/// Baskets that a light person has at most.
const LIGHT: usize = 3;
/// The two questions: items that the person never took, and any.
pub(super) const QUESTIONS: [&str; 2] = ["new", "any"];
/// Of whom, and for what, lists are graded.
pub(super) const GROUPS: [&str; 3] = ["all", "light", "cold"];
/// What is told of each list, with an interval.
const METRICS: [(&str, fn(&Quality) -> f64); 3] =
    [("recall", |one| one.recall), ("ndcg", |one| one.ndcg), ("mrr", |one| one.mrr)];

/// A person who came back, with what they took before and then.
pub(super) struct Tested {
    pub(super) person: usize,
    pub(super) baskets: usize,
    pub(super) before: BTreeSet<Item>,
    pub(super) then: BTreeSet<Item>,
}

/// What lists are graded by.
pub(super) struct Grader {
    pub(super) count: usize,
    pub(super) seed: u64,
    pub(super) tested: Vec<Tested>,
    /// By item, how many persons took it before, as a share of the ranks: 1 is the most popular.
    pub(super) percentiles: Vec<f32>,
    /// Items of which nothing was done before.
    pub(super) cold: BTreeSet<Item>,
}

/// The lists of one recommender for one question and group: of each person graded, in the order of the persons.
#[derive(Default)]
pub(super) struct Grade {
    qualities: Vec<Quality>,
    percentiles: Vec<f64>,
    shown: Shown,
}

impl Grader {
    /// Grades lists, one for each person tested. Who wanted nothing of the kind is left out.
    pub(super) fn grade(&self, lists: &[Vec<Item>], question: &str, group: &str) -> Grade {
        let mut grade = Grade::default();
        for (tested, list) in self.tested.iter().zip(lists) {
            if group == "light" && tested.baskets > LIGHT {
                continue;
            }
            let is_asked = |item: &&Item| {
                (question == "any" || !tested.before.contains(item)) && (group != "cold" || self.cold.contains(item))
            };
            let wanted: BTreeSet<Item> = tested.then.iter().filter(is_asked).copied().collect();
            let Some(quality) = quality(list, &wanted, self.count) else { continue };
            grade.qualities.push(quality);
            grade.shown.count(list, &self.percentiles);
            if !list.is_empty() {
                let percentile = |item: &Item| f64::from(self.percentiles[item.index()]);
                grade.percentiles.push(list.iter().map(percentile).sum::<f64>() / list.len() as f64);
            }
        }
        grade
    }

    /// A grade with its intervals, and what it is more than another one, person by person.
    pub(super) fn told(&self, grade: &Grade, base: Option<&Grade>) -> Value {
        let interval = |values: &[f64]| {
            let Interval { mean, low, high } = bootstrap(values, SAMPLES, self.seed);
            json!({"mean": mean, "low": low, "high": high})
        };
        let mut told = json!({"users": grade.qualities.len()});
        if grade.qualities.is_empty() {
            return told;
        }
        for (name, of) in METRICS {
            told[name] = interval(&grade.qualities.iter().map(of).collect::<Vec<_>>());
        }
        // Without an interval: a sample of persons repeats some of them, so its lists always cover less.
        told["coverage"] = grade.shown.coverage(self.percentiles.len()).into();
        if !grade.percentiles.is_empty() {
            told["popularity"] = interval(&grade.percentiles);
        }
        if let Some(base) = base {
            let differences = METRICS.into_iter().map(|(name, of)| {
                let pairs = grade.qualities.iter().zip(&base.qualities);
                (name.to_owned(), interval(&pairs.map(|(one, other)| of(one) - of(other)).collect::<Vec<_>>()))
            });
            told["minus_popular"] = Value::Object(differences.collect::<Map<_, _>>());
        }
        told
    }
}

/// Where among all items each stands by how many persons took it: 0 is the least, 1 the most popular; those with equally
/// many stand in the middle of their ranks.
pub(super) fn percentiles(takers: &[usize]) -> Vec<f32> {
    let mut sorted = takers.to_vec();
    sorted.sort_unstable();
    let last = (takers.len().max(2) - 1) as f32;
    let rank = |count: &usize| {
        let (below, upto) = (sorted.partition_point(|one| one < count), sorted.partition_point(|one| one <= count));
        (below + upto - 1) as f32 / 2.0 / last
    };
    takers.iter().map(rank).collect()
}

/// What was found as tables, one for each question and group.
pub(super) fn table(found: &Value) -> String {
    let (mut text, count) = (String::new(), &found["count"]);
    let recommenders = found["recommenders"].as_array().map(Vec::as_slice).unwrap_or_default();
    for (question, what) in QUESTIONS.into_iter().zip(["items never taken before", "any items, repeats too"]) {
        for (group, whose) in GROUPS.into_iter().zip(["all", "light (at most 3 baskets before)", "wanting cold items"])
        {
            let graded = |one: &Value| one[question][group].clone();
            let users = recommenders.first().and_then(|one| graded(one)["users"].as_u64()).unwrap_or_default();
            _ = writeln!(text, "\n{question}: {what}; users: {whose}, {users}");
            if users == 0 {
                continue;
            }
            _ = writeln!(
                text,
                "  {:<16}{:<22}{:<22}{:<22}{:<11}{}",
                "",
                format!("recall@{count}"),
                format!("NDCG@{count}"),
                format!("MRR@{count}"),
                "coverage",
                "popularity"
            );
            for one in recommenders {
                let (name, graded) = (one["name"].as_str().unwrap_or_default(), graded(one));
                let [recall, ndcg, mrr, popularity] =
                    ["recall", "ndcg", "mrr", "popularity"].map(|metric| interval(&graded[metric], false));
                let coverage = graded["coverage"].as_f64().unwrap_or_default();
                _ = writeln!(text, "  {name:<16}{recall:<22}{ndcg:<22}{mrr:<22}{coverage:<11.3}{popularity}");
            }
            for one in recommenders.iter().filter(|one| graded(one)["minus_popular"].is_object()) {
                let (name, more) = (one["name"].as_str().unwrap_or_default(), &graded(one)["minus_popular"]);
                let [recall, ndcg, mrr] = ["recall", "ndcg", "mrr"].map(|metric| interval(&more[metric], true));
                _ = writeln!(text, "  {name} - popular: recall {recall}  NDCG {ndcg}  MRR {mrr}");
            }
        }
    }
    text
}

fn interval(value: &Value, is_difference: bool) -> String {
    let [mean, low, high] = ["mean", "low", "high"].map(|name| value[name].as_f64());
    match (mean, low, high) {
        (Some(mean), Some(low), Some(high)) if is_difference => format!("{mean:+.4} [{low:+.4}, {high:+.4}]"),
        (Some(mean), Some(low), Some(high)) => format!("{mean:.4} [{low:.4}, {high:.4}]"),
        _ => "-".to_owned(),
    }
}
