//! What was found, as JSON; and the same as tables.

use std::fmt::Write as _;

use recommend::{
    backtest::{Backtest, Grade, Group, Metric, Question},
    measure::Interval,
};
use serde_json::{Map, Value, json};

/// The two questions, with what they mean.
pub(super) const QUESTIONS: [(Question, &str, &str); 2] =
    [(Question::New, "new", "items never taken before"), (Question::Any, "any", "any items, repeats too")];
/// Of whom, and for what, lists are graded.
pub(super) const GROUPS: [(Group, &str, &str); 3] = [
    (Group::All, "all", "all"),
    (Group::Light, "light", "with at most 3 baskets before"),
    (Group::Cold, "cold", "who took items with which nothing was done before"),
];
/// What is told of each list, with an interval.
const METRICS: [(&str, Metric); 3] = [("recall", |one| one.recall), ("ndcg", |one| one.ndcg), ("mrr", |one| one.mrr)];

/// Graded lists, and what they are more than others, person by person.
pub(super) fn graded(test: &Backtest, grade: &Grade, base: Option<&Grade>) -> Value {
    let mut told = Map::from_iter([("users".to_owned(), grade.persons().into())]);
    let mut more = Map::new();
    for (name, metric) in METRICS {
        told.extend(test.mean(grade, metric).map(|mean| (name.to_owned(), json_of(mean))));
        let difference = base.and_then(|base| test.more(grade, base, metric));
        more.extend(difference.map(|difference| (name.to_owned(), json_of(difference))));
    }
    if grade.persons() > 0 {
        told.insert("coverage".to_owned(), test.coverage(grade).into());
    }
    told.extend(test.popularity(grade).map(|mean| ("popularity".to_owned(), json_of(mean))));
    if !more.is_empty() {
        told.insert("minus_popular".to_owned(), more.into());
    }
    told.into()
}

fn json_of(Interval { mean, low, high }: Interval) -> Value {
    // A sum of nothing is -0.
    json!({"mean": mean + 0.0, "low": low + 0.0, "high": high + 0.0})
}

/// What was read, trained and asked, in a few lines; then a table for each question and group.
pub(super) fn tables(found: &Value) -> String {
    let (rows, events, training) = (&found["rows"], &found["events"], &found["training"]);
    let number = |value: &Value| value.as_f64().unwrap_or_default();
    let mut text = format!(
        "{} rows, {} bad, {} later; {} users, {} items ({} cold); {} events before, {} refused\n\
         {} users are tested; {} who came for the first time are not\n\
         training: {:.1} s, {:.1} MiB of models, {} persons, {} deeds\n",
        rows["read"],
        rows["bad"],
        rows["later"],
        found["users"],
        found["items"],
        found["cold_items"],
        events["sent"],
        events["refused"],
        found["tested"],
        found["newcomers"],
        number(&training["took_ms"]) / 1e3,
        number(&training["bytes"]) / 1_048_576.0,
        training["persons"],
        training["deeds"],
    );
    let recommenders = found["recommenders"].as_array().map(Vec::as_slice).unwrap_or_default();
    for one in recommenders {
        let (per_s, everybody) = (number(&one["requests_per_s"]), &one["not_personal"]);
        let [new, any] = ["new", "any"].map(|question| number(&one[question]["mean_length"]));
        _ = write!(text, "{}: {per_s:.0} requests/s; answers not personal: {everybody}", name(one));
        _ = writeln!(text, "; items a list: new {new:.1}, any {any:.1}");
    }
    for (_, question, what) in QUESTIONS {
        for (_, group, whose) in GROUPS {
            let graded: Vec<(&str, &Value)> =
                recommenders.iter().map(|one| (name(one), &one[question][group])).collect();
            let users = graded.first().map_or(0.0, |(_, graded)| number(&graded["users"]));
            _ = writeln!(text, "\n{question}: {what}; {users} users, {whose}");
            if users > 0.0 {
                table(&mut text, &graded, &found["count"]);
            }
        }
    }
    text
}

fn table(text: &mut String, graded: &[(&str, &Value)], count: &Value) {
    let [recall, ndcg, mrr] = ["recall", "NDCG", "MRR"].map(|metric| format!("{metric}@{count}"));
    _ = writeln!(text, "  {:<16}{recall:<24}{ndcg:<24}{mrr:<24}coverage  popularity", "");
    for (name, graded) in graded {
        let figures = ["recall", "ndcg", "mrr", "popularity"].map(|metric| interval(&graded[metric], ""));
        let ([recall, ndcg, mrr, popularity], coverage) = (figures, graded["coverage"].as_f64().unwrap_or_default());
        _ = writeln!(text, "  {name:<16}{recall:<24}{ndcg:<24}{mrr:<24}{coverage:<10.3}{popularity}");
    }
    for (name, more) in graded.iter().filter_map(|(name, graded)| Some((name, graded.get("minus_popular")?))) {
        let [recall, ndcg, mrr] = METRICS.map(|(metric, _)| interval(&more[metric], "+"));
        _ = writeln!(text, "  {name} - popular: recall {recall}  NDCG {ndcg}  MRR {mrr}");
    }
}

fn name(recommender: &Value) -> &str {
    recommender["name"].as_str().unwrap_or_default()
}

/// A mean with its interval; with a plus before what is above nothing, if that is asked for.
fn interval(value: &Value, plus: &str) -> String {
    let [mean, low, high] = ["mean", "low", "high"].map(|name| {
        let number = value[name].as_f64()?;
        Some(format!("{}{number:.4}", if number >= 0.0 { plus } else { "" }))
    });
    let all = mean.zip(low).zip(high);
    all.map_or_else(|| "-".to_owned(), |((mean, low), high)| format!("{mean} [{low}, {high}]"))
}
