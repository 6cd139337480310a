//! Counters for Prometheus: how many, how fast, how well. Nothing about persons.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use runtime::handle::Status;
use store::substrate::Health;

/// What the edge counts since its start.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    pub(crate) kept: AtomicU64,
    pub(crate) duplicates: AtomicU64,
    pub(crate) counted: AtomicU64,
    pub(crate) rejected: AtomicU64,
    pub(crate) decided: AtomicU64,
    pub(crate) decided_neutrally: AtomicU64,
    requests: Mutex<BTreeMap<String, BTreeMap<u16, u64>>>,
    latency: [AtomicU64; BOUNDS_S.len() + 1],
    latency_us: AtomicU64,
}

/// Upper bounds of the histogram, in seconds.
const BOUNDS_S: [f64; 10] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 5.0];

impl Metrics {
    /// Counts an answered request. `path` is the endpoint's, with its parameters in braces.
    pub(crate) fn request(&self, path: &str, status: u16, took: Duration) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        // The path is copied once, not with every request.
        match requests.get_mut(path) {
            Some(by_status) => *by_status.entry(status).or_default() += 1,
            None => _ = requests.insert(path.to_owned(), BTreeMap::from([(status, 1)])),
        }
        drop(requests);
        let bucket = BOUNDS_S.iter().position(|bound| took.as_secs_f64() <= *bound).unwrap_or(BOUNDS_S.len());
        self.latency[bucket].fetch_add(1, Ordering::Relaxed);
        self.latency_us.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// The text format of Prometheus (version 0.0.4).
    pub(crate) fn text(&self, status: &Status, health: &Health, decisions_waiting: usize) -> String {
        let mut text = String::new();
        self.events(&mut text);
        self.pages(&mut text);
        self.requests(&mut text);
        let mut gauge = |name: &str, help: &str, value: u64| {
            _ = write!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}\n");
        };
        gauge("prevenance_profiles", "Profiles that live.", status.profiles);
        gauge("prevenance_quarantined_identifiers", "Identifiers in quarantine.", status.quarantined);
        gauge("prevenance_filling_partitions", "Partitions still filling from history.", status.filling.into());
        gauge("prevenance_decisions_waiting", "Decisions that wait for their turn.", decisions_waiting as u64);
        gauge("prevenance_log_bytes", "Bytes of the log.", health.log_bytes);
        gauge("prevenance_log_segments", "Files of the log.", health.log_segments);
        gauge("prevenance_storage_failing", "1 while writes fail.", u64::from(health.failing.is_some()));
        gauge("prevenance_failed_appends", "Appends that failed since the start.", health.failed_appends);
        gauge("prevenance_failed_saves", "Saves that failed since the start.", health.failed_saves);
        text
    }

    fn events(&self, text: &mut String) {
        text.push_str("# HELP prevenance_events_total Events by what became of them.\n");
        text.push_str("# TYPE prevenance_events_total counter\n");
        for (outcome, count) in [
            ("kept", &self.kept),
            ("duplicate", &self.duplicates),
            ("counted", &self.counted),
            ("rejected", &self.rejected),
        ] {
            _ = writeln!(text, "prevenance_events_total{{outcome=\"{outcome}\"}} {}", count.load(Ordering::Relaxed));
        }
    }

    fn pages(&self, text: &mut String) {
        text.push_str("# HELP prevenance_pages_total Calls for decisions by what became of them.\n");
        text.push_str("# TYPE prevenance_pages_total counter\n");
        for (outcome, count) in [("decided", &self.decided), ("gave_up", &self.decided_neutrally)] {
            _ = writeln!(text, "prevenance_pages_total{{outcome=\"{outcome}\"}} {}", count.load(Ordering::Relaxed));
        }
    }

    fn requests(&self, text: &mut String) {
        text.push_str("# HELP prevenance_requests_total Requests by endpoint and status.\n");
        text.push_str("# TYPE prevenance_requests_total counter\n");
        for (path, by_status) in &*self.requests.lock().unwrap_or_else(PoisonError::into_inner) {
            for (status, count) in by_status {
                _ = writeln!(text, "prevenance_requests_total{{path=\"{path}\",status=\"{status}\"}} {count}");
            }
        }
        text.push_str("# HELP prevenance_request_seconds How long requests took.\n");
        text.push_str("# TYPE prevenance_request_seconds histogram\n");
        let mut total = 0;
        for (place, count) in self.latency.iter().enumerate() {
            total += count.load(Ordering::Relaxed);
            let bound = BOUNDS_S.get(place).map_or_else(|| "+Inf".to_owned(), f64::to_string);
            _ = writeln!(text, "prevenance_request_seconds_bucket{{le=\"{bound}\"}} {total}");
        }
        let seconds = self.latency_us.load(Ordering::Relaxed) as f64 / 1e6;
        _ = write!(text, "prevenance_request_seconds_sum {seconds}\nprevenance_request_seconds_count {total}\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_counts_and_its_histogram_is_cumulative() {
        let metrics = Metrics::default();
        metrics.kept.fetch_add(3, Ordering::Relaxed);
        metrics.request("/v1/batch", 200, Duration::from_millis(2));
        metrics.request("/v1/batch", 200, Duration::from_secs(60));
        let text = metrics.text(&Status::default(), &Health::default(), 4);
        for line in [
            "prevenance_events_total{outcome=\"kept\"} 3",
            "prevenance_requests_total{path=\"/v1/batch\",status=\"200\"} 2",
            "prevenance_request_seconds_bucket{le=\"0.001\"} 0",
            "prevenance_request_seconds_bucket{le=\"0.0025\"} 1",
            "prevenance_request_seconds_bucket{le=\"+Inf\"} 2",
            "prevenance_request_seconds_count 2",
            "prevenance_decisions_waiting 4",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
    }
}
