//! `prevenance evaluate`: how well recommenders foretell what a shop's own customers took, through the public API of a
//! private copy of the program.

mod table;

use std::{
    collections::HashSet,
    error::Error,
    fs::{self, File},
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
    },
};
use indicatif::{ProgressBar, ProgressStyle};
use ingest::past::Past;
use recommend::{
    backtest::{Backtest, Done, Question, Tested},
    history::{Item, Person},
};
use serde_json::{Value, json};
use sim::sandbox::Sandbox;

use self::table::{GROUPS, QUESTIONS, graded, tables};
use crate::client::{CallError, Client, Patience};

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
/// The most items that a list may have.
const MOST: u16 = 48;
/// What the copy's project does otherwise: a history may be long, and nobody is kept out of everything.
const SETTINGS: [(&str, f64); 2] = [("retention_days", 3_040.0), ("holdout_share", 0.0)];

/// Evaluates, prints tables, and writes the same as JSON.
pub(crate) fn run(evaluate: &Evaluate) -> Result<(), Box<dyn Error>> {
    let (until, named) = (evaluate.until, |path: &PathBuf, why: &dyn Error| format!("{}: {why}", path.display()));
    if until.is_some_and(|until| until <= evaluate.from) {
        return Err("--until must be after --from".into());
    }
    let read = bar(fs::metadata(&evaluate.file).map_or(0, |file| file.len()), "read", "{bytes}/{total_bytes}");
    let watch = |rows: u64, bytes: u64| {
        read.set_position(bytes);
        read.set_message(format!("{rows} rows"));
    };
    let past = Past::read(&evaluate.file, until.map(|until| until.0), watch);
    read.finish_and_clear();
    let past = past.map_err(|why| named(&evaluate.file, &why))?;
    if past.bad > 0 {
        eprintln!("{} of {} rows are bad:\n  {}", past.bad, past.rows, past.told.join("\n  "));
    }
    let cut = past.events.partition_point(|event| event.at < evaluate.from.0);
    let test = evaluate.test(&past, cut)?;
    // Before the work, lest it be in vain.
    let json = evaluate.json.as_ref().map(|path| File::create(path).map_err(|why| named(path, &why))).transpose()?;
    let found = evaluate.find(&past, cut, &test)?;
    print!("{}", tables(&found));
    json.map_or(Ok(()), |json| Ok(serde_json::to_writer_pretty(json, &found)?))
}

impl Evaluate {
    /// Who is tested, and how.
    fn test(&self, past: &Past, cut: usize) -> Result<Backtest, String> {
        let done = past.events.iter().enumerate().map(|(place, event)| Done {
            person: Person(event.person as u32),
            items: event.items.iter().copied().map(Item).collect(),
            is_order: event.is_order(),
            is_before: place < cut,
        });
        let all = (past.persons.names.len(), past.items.names.len());
        let mut test = Backtest::of(done, all, usize::from(self.count), self.seed);
        if cut == 0 || test.tested.is_empty() {
            let (first, from) = (time::write(past.events[0].at), time::write(self.from.0));
            let what = if cut == 0 { "nothing happened before" } else { "nobody who came before took anything since" };
            return Err(format!("{what} {from}: choose another --from (the first event is of {first})"));
        }
        test.keep(self.users.unwrap_or(usize::MAX));
        Ok(test)
    }

    /// Tells a copy of the program what was before, asks it, and grades its answers.
    fn find(&self, past: &Past, cut: usize, test: &Backtest) -> Result<Value, Box<dyn Error>> {
        let copy = Sandbox::start(past.events[0].at, self.seed)?;
        let client = Client::new(&copy.url, &copy.key)?.with(Patience::LONG);
        let copy = Told { _copy: copy, client };
        copy.tell(past)?;
        let refused = copy.send(past, cut)?;
        copy.is_at(self.from)?;
        let mut names = vec![BASE];
        let mut seen = HashSet::from([BASE]);
        names.extend(self.recommenders.iter().map(String::as_str).filter(|name| seen.insert(name)));
        copy.publish(&names, self.count)?;
        let training = copy.train()?;
        let orders = past.events[..cut].iter().filter(|event| event.is_order());
        let taken: HashSet<(usize, u32)> =
            orders.flat_map(|event| event.items.iter().map(|item| (event.person, *item))).collect();
        let (mut base, mut all) = (Vec::new(), Vec::new());
        for name in names {
            let mut told = json!({"name": name});
            let (mut took_s, mut not_personal) = (0.0, 0);
            for (of_question, (question, word, _)) in QUESTIONS.into_iter().enumerate() {
                let mut asked = copy.ask(past, test, &definition(name, word))?;
                for (tested, list) in test.tested.iter().zip(&mut asked.lists) {
                    let person = tested.person.0 as usize;
                    list.retain(|item| question == Question::Any || !taken.contains(&(person, item.0)));
                    list.truncate(usize::from(self.count));
                }
                (took_s, not_personal) = (took_s + asked.took_s, not_personal + asked.not_personal);
                let length = asked.lists.iter().map(Vec::len).sum::<usize>() as f64;
                told[word]["mean_length"] = (length / test.tested.len() as f64).into();
                for (of_group, (group, of_whom, _)) in GROUPS.into_iter().enumerate() {
                    let grade = test.grade(&asked.lists, question, group);
                    told[word][of_whom] = graded(test, &grade, base.get(of_question * GROUPS.len() + of_group));
                    if name == BASE {
                        base.push(grade);
                    }
                }
            }
            told["requests_per_s"] = ((QUESTIONS.len() * test.tested.len()) as f64 / f64::max(took_s, 1e-3)).into();
            told["not_personal"] = not_personal.into();
            all.push(told);
        }
        Ok(json!({
            "file": self.file.display().to_string(), "from": self.from, "until": self.until,
            "seed": self.seed, "count": self.count,
            "rows": {"read": past.rows, "bad": past.bad, "later": past.later, "told": past.told},
            "users": past.persons.names.len(), "items": past.items.names.len(), "cold_items": test.cold.len(),
            "events": {"sent": cut, "refused": refused}, "tested": test.tested.len(), "newcomers": test.newcomers,
            "training": training, "recommenders": all,
        }))
    }
}

/// What was asked for, of everybody who is tested.
struct Asked {
    lists: Vec<Vec<Item>>,
    not_personal: usize,
    took_s: f64,
}

/// A copy of the program that is told and asked.
struct Told {
    client: Client,
    _copy: Sandbox,
}

impl Told {
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
            self.sent("PUT", &format!("/v1/definitions/setting/{name}?wait=true"), &format!("{{\"value\": {value}}}"))?;
        }
        let (bar, mut refused) = (bar(cut as u64, "events", "{pos}/{len}"), 0);
        let (mut grants, mut begin) = (vec![false; past.persons.names.len()], 0);
        while begin < cut {
            let end = cut.min(begin + EVENTS);
            let batch: Vec<Value> = (begin..end).map(|number| past.sent(number, &mut grants)).collect();
            self.is_at(past.events[end - 1].at.into())?;
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
        Ok(refused)
    }

    /// Publishes each recommender, once for each question.
    fn publish(&self, names: &[&str], count: u16) -> Result<(), Box<dyn Error>> {
        for name in names {
            for (question, word, _) in QUESTIONS {
                // What is taken again and again is in a list of what is not bought too: more is asked for, and that goes.
                let count = if question == Question::New { MOST } else { count };
                let document = json!({
                    "algorithms": name, "count": count, "bought": question == Question::Any,
                    "benefit": {"en": "Find what fits", "fr": "Trouver ce qui va"},
                });
                let path = format!("/v1/definitions/recommender/{}?wait=true", definition(name, word));
                let published = self.sent("PUT", &path, &document.to_string());
                published.map_err(|why| format!("the recommender `{name}` cannot be evaluated: {why}"))?;
            }
        }
        Ok(())
    }

    /// Moves its clock on.
    fn is_at(&self, at: Moment) -> Result<(), CallError> {
        self.sent("POST", "/v1/test/clock", &json!({ "to": at }).to_string())
    }

    fn sent(&self, method: &str, path: &str, body: &str) -> Result<(), CallError> {
        let answer = self.client.call(method, path, Some(body.as_bytes()))?;
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
    fn ask(&self, past: &Past, test: &Backtest, recommender: &str) -> Result<Asked, CallError> {
        let bar = bar(test.tested.len() as u64, recommender, "{pos}/{len}");
        let ask = |tested: &Tested| {
            let body = json!({"recommender": recommender, "user_id": past.persons.names[tested.person.0 as usize], "preview": true});
            let answer = self.client.call("POST", "/v1/recommend", Some(body.to_string().as_bytes()));
            let answer: RecommendAnswer = answer?.read()?;
            bar.inc(1);
            let items = answer.items.iter().filter_map(|item| Some(Item(past.items.get(&item.id)? as u32))).collect();
            Ok((items, answer.is_personal))
        };
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let some = test.tested.chunks(test.tested.len().div_ceil(threads).max(1));
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

/// A bar of a kind of work.
fn bar(of: u64, what: &str, how_far: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(&format!("{what} {{wide_bar}} {how_far} {{msg}} {{eta}}"));
    ProgressBar::new(of).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
