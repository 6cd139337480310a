//! What was found, as JSON; and the same as tables.

use std::fmt::Write as _;

use recommend::{
    backtest::{
        Backtest, Grade, Group, Metric, Question,
        next::{self, After, NextClicks},
    },
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
/// After which clicks lists are graded.
pub(super) const AFTER: [(After, &str, &str); 2] =
    [(After::Any, "all", "after each click"), (After::First, "first", "after the first click of a session")];
/// What is told of each list, with an interval.
const METRICS: [(&str, Metric); 3] = [("recall", |one| one.recall), ("ndcg", |one| one.ndcg), ("mrr", |one| one.mrr)];
/// The same where one item is wanted: it is in the list or it is not.
const NEXT_METRICS: [(&str, Metric); 3] = [("hit_rate", METRICS[0].1), METRICS[1], METRICS[2]];

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

/// The same of lists of what comes next.
pub(super) fn foretold(test: &NextClicks, grade: &next::Grade, base: Option<&next::Grade>) -> Value {
    let mut told = json!({
        "sessions": grade.sessions(), "questions": grade.questions(), "coverage": test.coverage(grade),
        "popularity": test.popularity(grade).map(json_of),
    });
    for (name, metric) in NEXT_METRICS {
        told[name] = test.mean(grade, metric).map(json_of).into();
        if let Some(base) = base {
            told["minus_popular"][name] = test.more(grade, base, metric).map(json_of).into();
        }
    }
    told
}

fn json_of(Interval { mean, low, high }: Interval) -> Value {
    // A sum of nothing is -0.
    json!({"mean": mean + 0.0, "low": low + 0.0, "high": high + 0.0})
}

/// What was read, trained and asked, in a few lines; then a table for each question and group.
pub(super) fn of_orders(found: &Value) -> String {
    let mut text = read(found, "users");
    let (tested, newcomers) = (&found["tested"], &found["newcomers"]);
    _ = writeln!(text, "{tested} users are tested; {newcomers} who came for the first time are not");
    text.push_str(&trained(found));
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
                table(&mut text, &graded, &METRICS, &found["count"]);
            }
        }
    }
    text
}

/// The same of sessions.
pub(super) fn of_sessions(found: &Value) -> String {
    let mut text = read(found, "sessions");
    let [tested, begun, short] = ["tested", "begun", "short"].map(|name| &found[name]);
    _ = writeln!(text, "{tested} sessions are tested; {begun} that had begun before and {short} of one item are not");
    text.push_str(&trained(found));
    let recommenders = found["recommenders"].as_array().map(Vec::as_slice).unwrap_or_default();
    for one in recommenders {
        let (length, everybody) = (number(&one["mean_length"]), &one["not_personal"]);
        _ = writeln!(text, "{}: {length:.1} items a list; answers not personal: {everybody}", name(one));
    }
    for (_, after, what) in AFTER {
        let graded: Vec<(&str, &Value)> = recommenders.iter().map(|one| (name(one), &one[after])).collect();
        let questions = graded.first().map_or(0.0, |(_, graded)| number(&graded["questions"]));
        _ = writeln!(text, "\nthe next item, {what}; {questions} questions");
        if questions > 0.0 {
            table(&mut text, &graded, &NEXT_METRICS, &found["count"]);
        }
    }
    text
}

/// What was read and sent.
fn read(found: &Value, who: &str) -> String {
    let (rows, events) = (&found["rows"], &found["events"]);
    let [read, bad, later] = ["read", "bad", "later"].map(|name| &rows[name]);
    let [of, items, cold] = [who, "items", "cold_items"].map(|name| &found[name]);
    let (sent, refused) = (&events["sent"], &events["refused"]);
    format!(
        "{read} rows, {bad} bad, {later} later; {of} {who}, {items} items ({cold} cold); {sent} events before, {refused} \
         refused\n"
    )
}

/// What the training came to.
fn trained(found: &Value) -> String {
    let training = &found["training"];
    let (took_s, mib) = (number(&training["took_ms"]) / 1e3, number(&training["bytes"]) / 1_048_576.0);
    let (persons, deeds) = (&training["persons"], &training["deeds"]);
    format!("training: {took_s:.1} s, {mib:.1} MiB of models, {persons} persons, {deeds} deeds\n")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_default()
}

fn table(text: &mut String, graded: &[(&str, &Value)], metrics: &[(&str, Metric); 3], count: &Value) {
    _ = write!(text, "  {:<16}", "");
    for (metric, _) in metrics {
        _ = write!(text, "{:<24}", format!("{}@{count}", word(metric)));
    }
    text.push_str("coverage  popularity\n");
    for (name, graded) in graded {
        let coverage = number(&graded["coverage"]);
        let [one, other, third] = metrics.map(|(metric, _)| interval(&graded[metric], ""));
        let popularity = interval(&graded["popularity"], "");
        _ = writeln!(text, "  {name:<16}{one:<24}{other:<24}{third:<24}{coverage:<10.3}{popularity}");
    }
    for (name, more) in graded.iter().filter_map(|(name, graded)| Some((name, graded.get("minus_popular")?))) {
        let [one, other, third] =
            metrics.map(|(metric, _)| format!("{} {}", word(metric), interval(&more[metric], "+")));
        _ = writeln!(text, "  {name} - popular: {one}  {other}  {third}");
    }
}

/// A metric as it is printed.
fn word(metric: &str) -> &str {
    match metric {
        "hit_rate" => "hit rate",
        "ndcg" => "NDCG",
        "mrr" => "MRR",
        other => other,
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
