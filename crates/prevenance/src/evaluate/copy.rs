//! A copy of the program that is told what happened, trained, and asked.

use api::wire::{
    Moment,
    catalog::CatalogAnswer,
    collect::CollectAnswer,
    recommend::{RecommendAnswer, TrainingAnswer, TrainingDone},
};
use indicatif::ProgressBar;
use ingest::past::Past;
use recommend::history::Item;
use serde_json::{Value, json};
use sim::sandbox::Sandbox;

use super::{Failed, bar};
use crate::client::{CallError, Client, Patience};

/// Items told at once, and events sent at once.
const ITEMS: usize = 1_000;
const EVENTS: usize = 500;
/// What the copy's project does otherwise: a history may be long, and nobody is kept out of everything.
const SETTINGS: [(&str, f64); 2] = [("retention_days", 3_040.0), ("holdout_share", 0.0)];

/// A copy of the program that is told and asked.
pub(super) struct Told {
    client: Client,
    _copy: Sandbox,
}

/// A recommender as it is published in the copy.
#[derive(Debug, Clone)]
pub(super) struct Published<'a> {
    /// The algorithm.
    pub(super) algorithm: &'a str,
    /// What it is called there.
    pub(super) name: String,
    /// How many items it shows at most.
    pub(super) count: u16,
    /// When what the person took is shown.
    pub(super) bought: &'static str,
}

/// What one question was answered.
#[derive(Debug, Default)]
pub(super) struct Answered {
    pub(super) list: Vec<Item>,
    pub(super) is_personal: bool,
}

impl Told {
    /// A copy that knows the items and what happened before a place in the history, at a moment after it; and how many
    /// of the events it refused.
    pub(super) fn start(past: &Past, cut: usize, now: Moment, seed: u64) -> Result<(Self, usize), Failed> {
        let copy = Sandbox::start(past.events[0].at, seed)?;
        let client = Client::new(&copy.url, &copy.key)?.with(Patience::LONG);
        let copy = Self { _copy: copy, client };
        copy.tell(past)?;
        let refused = copy.send(past, cut)?;
        copy.is_at(now)?;
        Ok((copy, refused))
    }

    /// Tells the items.
    fn tell(&self, past: &Past) -> Result<(), Failed> {
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
    fn send(&self, past: &Past, cut: usize) -> Result<usize, Failed> {
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

    /// Publishes a recommender.
    pub(super) fn publish(&self, recommender: &Published<'_>) -> Result<(), Failed> {
        let Published { algorithm, name, count, bought } = recommender;
        let document = json!({
            "algorithms": algorithm, "count": count, "bought": bought,
            "benefit": {"en": "Find what fits", "fr": "Trouver ce qui va"},
        });
        let published =
            self.sent("PUT", &format!("/v1/definitions/recommender/{name}?wait=true"), &document.to_string());
        Ok(published.map_err(|why| format!("the recommender `{algorithm}` cannot be evaluated: {why}"))?)
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
    pub(super) fn train(&self) -> Result<Option<TrainingDone>, CallError> {
        let bar = ProgressBar::new_spinner().with_message("training");
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        let trained: TrainingAnswer = self.client.send("POST", "/v1/training", std::io::Cursor::new("{}"))?.read()?;
        bar.finish_and_clear();
        Ok(trained.last)
    }

    /// Asks a recommender for somebody, of whom nothing is kept by that: `{"user_id": …}` or `{"anonymous_id": …}`.
    pub(super) fn ask(&self, past: &Past, recommender: &str, mut who: Value) -> Result<Answered, CallError> {
        who["recommender"] = recommender.into();
        who["preview"] = true.into();
        let answer = self.client.call("POST", "/v1/recommend", Some(who.to_string().as_bytes()))?;
        let answer: RecommendAnswer = answer.read()?;
        let list = answer.items.iter().filter_map(|item| Some(Item(past.items.get(&item.id)? as u32))).collect();
        Ok(Answered { list, is_personal: answer.is_personal })
    }

    /// Sends one event.
    pub(super) fn track(&self, event: &Value) -> Result<(), CallError> {
        self.sent("POST", "/v1/track", &event.to_string())
    }
}
