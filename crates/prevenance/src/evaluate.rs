//! `prevenance evaluate`: how well recommenders foretell what a shop's own customers took, through the public API of a
//! private copy of the program.

mod copy;
mod grade;
mod past;

use std::{
    collections::{BTreeSet, HashSet},
    error::Error,
    fs,
    path::PathBuf,
    thread,
};

use api::{
    time,
    wire::{
        Moment,
        catalog::CatalogAnswer,
        collect::CollectAnswer,
        recommend::{RecommendAnswer, TrainingAnswer, TrainingDone},
        system::StatusAnswer,
    },
};
use indicatif::{ProgressBar, ProgressStyle};
use recommend::history::Item;
use serde_json::{Value, json};

use self::{
    copy::Copy,
    grade::{GROUPS, Grader, QUESTIONS, Tested},
    past::Past,
};
use crate::client::CallError;

/// What is evaluated, and by what.
#[derive(Debug)]
pub(crate) struct Evaluate {
    pub(crate) file: PathBuf,
    pub(crate) from: Moment,
    pub(crate) until: Option<Moment>,
    pub(crate) recommenders: Vec<String>,
    pub(crate) count: u16,
    pub(crate) json: Option<PathBuf>,
    pub(crate) users: Option<usize>,
    pub(crate) seed: u64,
}

/// What the others are compared with.
const BASE: &str = "popular";
/// Items told at once, and events sent at once.
const ITEMS: usize = 1_000;
const EVENTS: usize = 500;
/// What the copy's project does otherwise: a history may be long, and nobody is kept out of everything.
const SETTINGS: [(&str, f64); 2] = [("retention_days", 3_040.0), ("holdout_share", 0.0)];

/// Evaluates, prints tables, and writes the same as JSON.
pub(crate) fn run(evaluate: &Evaluate) -> Result<(), Box<dyn Error>> {
    if evaluate.until.is_some_and(|until| until <= evaluate.from) {
        return Err("--until must be after --from".into());
    }
    let past = Past::read(&evaluate.file, evaluate.until)?;
    if past.bad > 0 {
        eprintln!("{} of {} rows are bad:\n  {}", past.bad, past.rows, past.told.join("\n  "));
    }
    let cut = past.events.partition_point(|event| event.at < evaluate.from);
    let (grader, newcomers) = evaluate.grader(&past, cut)?;
    let copy = Copy::start(past.events[0].at, evaluate.seed)?;
    copy.tell(&past)?;
    let refused = copy.send(&past, cut)?;
    copy.is_at(evaluate.from)?;
    let mut names = evaluate.recommenders.clone();
    names.retain(|name| name != BASE);
    names.insert(0, BASE.to_owned());
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    copy.publish(&names, evaluate.count)?;
    let trained = copy.train()?;
    let mut found = json!({
        "file": evaluate.file.display().to_string(), "from": evaluate.from, "until": evaluate.until,
        "seed": evaluate.seed, "count": evaluate.count,
        "rows": {"read": past.rows, "bad": past.bad, "later": past.later, "told": past.told},
        "users": past.persons.names.len(), "items": past.items.names.len(), "cold_items": grader.cold.len(),
        "events": {"sent": cut, "refused": refused}, "tested": grader.tested.len(), "newcomers": newcomers,
        "training": trained, "recommenders": [],
    });
    let mut base = Vec::new();
    for name in &names {
        let mut told = json!({"name": name});
        let (mut answers, mut took_s, mut not_personal) = (0, 0.0, 0);
        for (number, question) in QUESTIONS.into_iter().enumerate() {
            let asked = copy.ask(&past, &grader, &definition(name, question))?;
            (answers, took_s) = (answers + asked.lists.len(), took_s + asked.took_s);
            not_personal += asked.not_personal;
            for (place, group) in GROUPS.into_iter().enumerate() {
                let grade = grader.grade(&asked.lists, question, group);
                let other = (name != BASE).then(|| &base[number * GROUPS.len() + place]);
                told[question][group] = grader.told(&grade, other);
                if name == BASE {
                    base.push(grade);
                }
            }
        }
        told["requests_per_s"] = (answers as f64 / took_s.max(1e-3)).into();
        told["not_personal"] = not_personal.into();
        if let Some(all) = found["recommenders"].as_array_mut() {
            all.push(told);
        }
    }
    drop(copy);
    print!("{}{}", summary(&found), grade::table(&found));
    if let Some(path) = &evaluate.json {
        let text = serde_json::to_string_pretty(&found)?;
        fs::write(path, text + "\n").map_err(|why| format!("{}: {why}", path.display()))?;
    }
    Ok(())
}

impl Evaluate {
    /// Who is tested, and how; and how many came for the first time, of whom nothing can be said.
    fn grader(&self, past: &Past, cut: usize) -> Result<(Grader, usize), Box<dyn Error>> {
        let (persons, items) = (past.persons.names.len(), past.items.names.len());
        let none = |person| Tested { person, baskets: 0, before: BTreeSet::new(), then: BTreeSet::new() };
        let mut all: Vec<Tested> = (0..persons).map(none).collect();
        let (mut known, mut cold) = (vec![false; persons], (0..items as u32).map(Item).collect::<BTreeSet<_>>());
        for (place, event) in past.events.iter().enumerate() {
            let tested = &mut all[event.person];
            if place < cut {
                known[event.person] = true;
                event.items.iter().for_each(|item| _ = cold.remove(&Item(*item)));
            }
            if event.is_order() {
                tested.baskets += usize::from(place < cut);
                let taken = if place < cut { &mut tested.before } else { &mut tested.then };
                taken.extend(event.items.iter().copied().map(Item));
            }
        }
        let mut takers = vec![0; items];
        all.iter().flat_map(|one| &one.before).for_each(|item| takers[item.index()] += 1);
        let came = all.iter().filter(|one| !one.then.is_empty()).count();
        all.retain(|one| !one.then.is_empty() && known[one.person]);
        let newcomers = came - all.len();
        if cut == 0 || all.is_empty() {
            let (first, from) = (time::write(past.events[0].at.0), time::write(self.from.0));
            let what = if cut == 0 { "nothing happened before" } else { "nobody who came before took anything since" };
            return Err(format!("{what} {from}: choose another --from (the first event is of {first})").into());
        }
        // The smallest of hashes is a draw that does not depend on how many there are.
        if let Some(most) = self.users {
            all.sort_by_cached_key(|one| mixed(self.seed ^ mixed(one.person as u64)));
            all.truncate(most);
            all.sort_by_key(|one| one.person);
        }
        let (count, seed, percentiles) = (usize::from(self.count), self.seed, grade::percentiles(&takers));
        Ok((Grader { count, seed, tested: all, percentiles, cold }, newcomers))
    }
}

/// What was asked for, of everybody who is tested.
struct Asked {
    lists: Vec<Vec<Item>>,
    not_personal: usize,
    took_s: f64,
}

impl Copy {
    /// Tells the items.
    fn tell(&self, past: &Past) -> Result<(), Box<dyn Error>> {
        let numbers: Vec<usize> = (0..past.items.names.len()).collect();
        let bar = bar(numbers.len() as u64, "items", "{pos}/{len}");
        for some in numbers.chunks(ITEMS) {
            let items: Vec<Value> = some.iter().map(|number| past.item(*number)).collect();
            let body = json!({"currency": "EUR", "items": items}).to_string();
            let told: CatalogAnswer = self.client.call("POST", "/v1/catalog/items", Some(body.as_bytes()))?.read()?;
            if let Some(refused) = told.refused.first() {
                return Err(
                    format!("{} items are refused, as {}: {}", told.counts.bad, refused.raw, refused.message).into()
                );
            }
            bar.inc(some.len() as u64);
        }
        bar.finish_and_clear();
        Ok(())
    }

    /// Sends what happened before the cut, each batch at the moment of its last event; how many were refused.
    fn send(&self, past: &Past, cut: usize) -> Result<usize, Box<dyn Error>> {
        for (name, value) in SETTINGS {
            self.put(&format!("/v1/definitions/setting/{name}?wait=true"), &format!("{{\"value\": {value}}}"))?;
        }
        let (bar, mut refused) = (bar(cut as u64, "events", "{pos}/{len}"), 0);
        let (mut grants, mut begin) = (vec![false; past.persons.names.len()], 0);
        while begin < cut {
            let end = cut.min(begin + EVENTS);
            let batch: Vec<Value> = (begin..end).map(|number| past.sent(number, &mut grants)).collect();
            self.is_at(past.events[end - 1].at)?;
            let body = json!({ "batch": batch }).to_string();
            let answer: CollectAnswer = self.client.call("POST", "/v1/batch", Some(body.as_bytes()))?.read()?;
            if let (0, Some(first)) = (refused, answer.rejected.first()) {
                let about = &batch[first.index];
                bar.suspend(|| eprintln!("events are refused, such as {about}: {}", first.message));
            }
            refused += answer.rejected.len();
            bar.inc((end - begin) as u64);
            begin = end;
        }
        bar.finish_and_clear();
        let status: StatusAnswer = self.client.call("GET", "/v1/status", None)?.read()?;
        if status.events == 0 {
            return Err("none of the events was kept".into());
        }
        Ok(refused)
    }

    /// Publishes each recommender, once for each question.
    fn publish(&self, names: &[String], count: u16) -> Result<(), Box<dyn Error>> {
        for name in names {
            for question in QUESTIONS {
                let document = json!({
                    "algorithms": name, "count": count, "bought": question == "any",
                    "benefit": {"en": "Find what fits", "fr": "Trouver ce qui va"},
                });
                let path = format!("/v1/definitions/recommender/{}?wait=true", definition(name, question));
                let published = self.put(&path, &document.to_string());
                published.map_err(|why| format!("the recommender `{name}` cannot be evaluated: {why}"))?;
            }
        }
        Ok(())
    }

    fn put(&self, path: &str, body: &str) -> Result<(), CallError> {
        let answer = self.client.call("PUT", path, Some(body.as_bytes()))?;
        if answer.status == 200 { Ok(()) } else { Err(answer.refusal()) }
    }

    /// Trains, however long it takes.
    fn train(&self) -> Result<Option<TrainingDone>, CallError> {
        let bar = ProgressBar::new_spinner().with_message("training");
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        let trained: TrainingAnswer = self.client.send("POST", "/v1/training", std::io::Cursor::new("{}"))?.read()?;
        bar.finish_and_clear();
        Ok(trained.last)
    }

    /// Asks for everybody who is tested, from as many threads as there are cores.
    fn ask(&self, past: &Past, grader: &Grader, recommender: &str) -> Result<Asked, CallError> {
        let bar = bar(grader.tested.len() as u64, recommender, "{pos}/{len}");
        let ask = |tested: &Tested| {
            let body =
                json!({"recommender": recommender, "user_id": past.persons.names[tested.person], "preview": true});
            let answer = self.client.call("POST", "/v1/recommend", Some(body.to_string().as_bytes()));
            let answer: RecommendAnswer = answer?.read()?;
            bar.inc(1);
            let items = answer.items.iter().filter_map(|item| Some(Item(past.items.get(&item.id)? as u32))).collect();
            Ok((items, answer.is_personal))
        };
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let some = grader.tested.chunks(grader.tested.len().div_ceil(threads).max(1));
        let answers: Result<Vec<(Vec<Item>, bool)>, CallError> = thread::scope(|scope| {
            let asking: Vec<_> = some.map(|some| scope.spawn(|| some.iter().map(ask).collect::<Vec<_>>())).collect();
            let joined = asking.into_iter().flat_map(|asking| asking.join().expect("asking does not panic"));
            joined.collect()
        });
        let (took_s, answers) = (bar.elapsed().as_secs_f64(), answers?);
        bar.finish_and_clear();
        let not_personal = answers.iter().filter(|(_, is_personal)| !is_personal).count();
        Ok(Asked { lists: answers.into_iter().map(|(list, _)| list).collect(), not_personal, took_s })
    }
}

/// What a recommender is called in the copy.
fn definition(name: &str, question: &str) -> String {
    format!("{name}-{question}")
}

/// What was read, trained and asked, in a few lines.
fn summary(found: &Value) -> String {
    let (rows, events, training) = (&found["rows"], &found["events"], &found["training"]);
    let mut text = format!(
        "{} rows, {} bad, {} later; {} users, {} items ({} cold); {} events before, {} refused\n\
         {} users tested; {} who came for the first time are left out\n\
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
        training["took_ms"].as_f64().unwrap_or_default() / 1e3,
        training["bytes"].as_f64().unwrap_or_default() / 1_048_576.0,
        training["persons"],
        training["deeds"],
    );
    for one in found["recommenders"].as_array().into_iter().flatten() {
        let per_s = one["requests_per_s"].as_f64().unwrap_or_default();
        let name = one["name"].as_str().unwrap_or_default();
        text += &format!("{name}: {per_s:.0} requests/s, {} answers not personal\n", one["not_personal"]);
    }
    text
}

/// A bar of a kind of work.
fn bar(of: u64, what: &str, how_far: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(&format!("{what} {{wide_bar}} {how_far} {{msg}} {{eta}}"));
    ProgressBar::new(of).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// `SplitMix64` (Steele, Lea and Flood, 2014).
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
