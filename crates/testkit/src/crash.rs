//! The crash loop: writers send batches, the program is killed at a moment drawn from a seed, starts again, and
//! everything that it had answered must be there exactly once, also after the writers send again what it had not.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use serde_json::{Value, json};

use crate::{
    client::{Client, path_segment},
    process::{Options, Server},
};

/// Writers that send at the same time, each for a person of its own.
const WRITERS: usize = 8;
/// Events in one batch.
const BATCH: usize = 5;
/// Most batches that one writer sends in one round.
const BATCHES: usize = 40;
/// Most events of one page of a timeline.
const PAGE: usize = 1_000;

/// What a crash loop did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Times the program was killed.
    pub kills: usize,
    /// Events that had been answered before a kill.
    pub answered: usize,
    /// Events that were sent again after a start.
    pub sent_again: usize,
}

/// Kills and restarts the program `rounds` times. Panics on the first event that is lost or doubled.
/// The same seed draws the same kill points (counted in answers, so that no clock is involved).
pub fn run(binary: &Path, rounds: usize, seed: u64) -> Tally {
    let mut server = Server::start(binary, Options::default());
    let mut tally = Tally::default();
    let mut writers: Vec<Writer> = (0..WRITERS).map(Writer::new).collect();
    for writer in &writers {
        writer.grant(&server.write());
    }
    for round in 0..rounds {
        let kill_after = 1 + draw(seed, round) % (WRITERS * BATCHES / 2);
        let unanswered = one_round(&mut server, &mut writers, kill_after);
        tally.kills += 1;
        tally.sent_again += unanswered * BATCH;
        server.start_again();
        for writer in &mut writers {
            writer.check(&server.secret(), "after the kill");
            writer.send_again(&server.write());
            writer.check(&server.secret(), "after sending again");
        }
    }
    tally.answered = writers.iter().map(|writer| writer.answered * BATCH).sum();
    server.stop();
    tally
}

/// All writers send until the program dies, which it does after `kill_after` answers. Returns the batches unanswered.
fn one_round(server: &mut Server, writers: &mut [Writer], kill_after: usize) -> usize {
    let answers = AtomicUsize::new(0);
    let client = server.write();
    thread::scope(|scope| {
        let (killed, kill) = std::sync::mpsc::channel();
        for writer in writers.iter_mut() {
            let (client, answers, killed) = (client.clone(), &answers, killed.clone());
            scope.spawn(move || {
                for _ in 0..BATCHES {
                    if !writer.send_next(&client) {
                        return;
                    }
                    if answers.fetch_add(1, Ordering::Relaxed) + 1 == kill_after {
                        _ = killed.send(());
                    }
                }
            });
        }
        drop(killed);
        _ = kill.recv();
        server.kill9();
    });
    writers.iter().filter(|writer| writer.pending.is_some()).count()
}

/// One sender with one person, who remembers what was answered.
struct Writer {
    anonymous_id: String,
    batches: usize,
    answered: usize,
    /// The batch that was sent and not answered; it is sent again, unchanged, as clients do.
    pending: Option<usize>,
}

impl Writer {
    fn new(number: usize) -> Self {
        Self { anonymous_id: format!("crash-writer-{number}"), batches: 0, answered: 0, pending: None }
    }

    fn grant(&self, client: &Client) {
        let body =
            json!({"anonymous_id": self.anonymous_id, "purposes": {"site": true}, "wording": "v1", "language": "en"});
        let answer = client.post("/v1/consent", &body);
        assert!(matches!(answer.status, 200..=299), "{answer:?}");
    }

    /// Sends a new batch; says whether it was answered.
    fn send_next(&mut self, client: &Client) -> bool {
        self.pending = Some(self.batches);
        self.batches += 1;
        let Ok(answer) = client.try_post("/v1/batch", &self.batch(self.batches - 1)) else { return false };
        assert_eq!(answer.status, 200, "{answer:?}");
        self.pending = None;
        self.answered += 1;
        true
    }

    fn send_again(&mut self, client: &Client) {
        let Some(batch) = self.pending.take() else { return };
        let answer = client.post("/v1/batch", &self.batch(batch));
        assert_eq!(answer.status, 200, "{answer:?}");
        self.answered += 1;
    }

    fn batch(&self, number: usize) -> Value {
        let event = |at: usize| {
            json!({
                "type": "track", "event": "Product Viewed", "anonymousId": self.anonymous_id,
                "messageId": self.message_id(number, at), "properties": {"product_id": format!("p{at}")},
            })
        };
        json!({"batch": (0..BATCH).map(event).collect::<Vec<_>>()})
    }

    fn message_id(&self, batch: usize, at: usize) -> String {
        format!("{}-{batch}-{at}", self.anonymous_id)
    }

    /// Every answered event is there once; an unanswered one at most once.
    fn check(&self, client: &Client, when: &str) {
        let there = timeline(client, &self.anonymous_id);
        for batch in 0..self.batches {
            for at in 0..BATCH {
                let message_id = self.message_id(batch, at);
                let count = there.get(&message_id).copied().unwrap_or(0);
                let right = if self.pending == Some(batch) { count <= 1 } else { count == 1 };
                assert!(right, "{when}: {message_id} is there {count} times");
            }
        }
    }
}

/// How often each `message_id` is on the timeline of a device's person.
fn timeline(client: &Client, anonymous_id: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let profile = client.get(&format!("/v1/profiles/{}", path_segment(&format!("anonymous_id:{anonymous_id}"))));
    let profile = profile.expect(200).json();
    let id = profile["id"].as_str().expect("a profile has an id");
    let mut from = String::new();
    loop {
        let page = client.get(&format!("/v1/profiles/{id}/timeline?limit={PAGE}{from}")).expect(200).json();
        for event in page["events"].as_array().expect("a page lists events") {
            let message_id = event["message_id"].as_str().expect("an event has a message_id");
            *counts.entry(message_id.to_owned()).or_default() += 1;
        }
        match page["next"].as_str() {
            Some(next) => from = format!("&from={}", path_segment(next)),
            None => return counts,
        }
    }
}

/// A number for a round: the finalizer of SplitMix64 (Steele, Lea, Flood 2014), enough to spread kill points.
fn draw(seed: u64, round: usize) -> usize {
    let mut bits = seed.wrapping_add((round as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((bits ^ (bits >> 31)) >> 33) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kill_points_repeat_with_the_seed_and_spread() {
        let points: Vec<usize> = (0..20).map(|round| draw(7, round) % 100).collect();
        assert_eq!(points, (0..20).map(|round| draw(7, round) % 100).collect::<Vec<_>>());
        assert!(points.iter().any(|p| *p < 30) && points.iter().any(|p| *p > 70), "{points:?}");
    }
}
