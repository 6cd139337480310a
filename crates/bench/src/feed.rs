//! The engine in this process, fed through the same parser as over HTTP.

use std::{collections::VecDeque, path::Path, sync::Arc, thread::available_parallelism};

use api::tracking::{self, Gpc, Parsed, Receiver, Route};
use definition::{Author, Kind, Origin};
use model::event::Event;
use runtime::{
    clock::Clock,
    handle::{Runtime, Settings},
    limits::Limits,
    publishing::Proposal,
};
use serde_json::json;
use store::{
    local::Local,
    substrate::{Options, Substrate},
};

use crate::{
    Failed,
    load::{self, Sends},
    traffic::Bodies,
};

/// Events of a body, as bodies for [`feed`] should have them.
pub(crate) const EVENTS: usize = 1_000;
/// Bodies under way at once: well below what the engine takes.
const UNDER_WAY: usize = 16;
/// The source of all events.
const SOURCE: &str = "web";

/// Opens a data folder, as `prevenance serve` does.
pub(crate) fn open(folder: &Path) -> Result<Local, Failed> {
    Ok(Local::open(folder, &Options { partitions: 64, tables: record::tables::TABLES, key_seed: Some(1) })?)
}

/// Starts the engine with as many owners as cores.
pub(crate) fn start(substrate: Arc<dyn Substrate>) -> Result<Runtime, Failed> {
    let owners = available_parallelism()?.get();
    Ok(Runtime::start(substrate, Settings { owners, clock: Clock::System, seed: 1, limits: Limits::default() })?)
}

/// Publishes segments, all at once.
pub(crate) fn publish(runtime: &Runtime, segments: &[(String, String)]) -> Result<(), Failed> {
    let proposal = Proposal::of(Author::program("the bench"), Origin::Documents);
    let publishing = runtime.publish(proposal, |documents| {
        segments
            .iter()
            .try_for_each(|(name, condition)| documents.put(Kind::Segment, name, &json!({ "condition": condition })))
    })?;
    Ok(publishing.applied.wait()?)
}

/// Collects the events of so many bodies, showing how far it is.
pub(crate) fn feed(runtime: &Runtime, mut bodies: Bodies, requests: u64, what: &'static str) -> Result<(), Failed> {
    let progress = load::progress(requests, what);
    let mut under_way = VecDeque::new();
    for request in 0..requests {
        if under_way.len() == UNDER_WAY {
            under_way.pop_front().map_or(Ok(Vec::new()), runtime::handle::Collecting::wait)?;
        }
        under_way.push_back(runtime.collect(events(runtime, bodies.body(request))?)?);
        progress.inc(1);
    }
    for collecting in under_way {
        collecting.wait()?;
    }
    progress.finish_and_clear();
    Ok(())
}

/// How many events the engine has kept.
pub(crate) fn kept(runtime: &Runtime) -> Result<u64, Failed> {
    Ok(runtime.status().wait()?.events)
}

fn events(runtime: &Runtime, body: &[u8]) -> Result<Vec<Event>, Failed> {
    let plan = runtime.plan();
    let receiver = Receiver {
        received_at: runtime.now(),
        source: plan.sources.get(SOURCE).ok_or("the source of the bench is not defined")?,
        namespaces: &plan.namespaces,
        schema: &plan.schema,
        consent_categories: &plan.consent_categories,
        purposes: &plan.purposes,
        hosts: &plan.hosts,
        gpc: Gpc::Absent,
        salt: 1,
    };
    let Parsed { events, refused, .. } =
        tracking::read(body, Route::Batch, &receiver).map_err(|error| format!("a body is refused: {error:?}"))?;
    match refused.first() {
        Some(refused) => Err(format!("an event is refused: {:?}", refused.problem).into()),
        None => Ok(events),
    }
}
