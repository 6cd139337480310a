//! Sends requests over many connections, each with one request under way, and measures the answers.
//!
//! HTTP/1.1 by hand on one thread: the cheapest there is, so that on a small machine the server is what is measured.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use indicatif::ProgressBar;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{Failed, measure};

/// Bytes of the head of an answer, at most.
const HEAD_BYTES: usize = 64 * 1024;

/// What one connection sends, and what it makes of the answers.
pub(crate) trait Sends: Send + 'static {
    /// The body of the request of a number.
    fn body(&mut self, request: u64) -> &[u8];

    /// Looks at the body of an answer; most do not.
    fn answered(&mut self, _answer: &[u8]) {}
}

/// Where requests go.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// The server.
    pub(crate) address: SocketAddr,
    /// The path of all requests.
    pub(crate) path: &'static str,
    /// Header lines, each with its line break.
    pub(crate) headers: String,
}

impl Target {
    /// Writes a whole request into `request`, in place of what is there.
    pub(crate) fn write(&self, body: &[u8], request: &mut Vec<u8>) {
        let Self { path, headers, .. } = self;
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n",
            body.len()
        );
        request.clear();
        request.extend_from_slice(head.as_bytes());
        request.extend_from_slice(body);
    }
}

/// For how long requests are sent, and what is measured of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Interval {
    /// Before measuring.
    pub(crate) warm_up: Duration,
    /// While measuring.
    pub(crate) measured: Duration,
}

/// What was measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    /// Requests answered, in one second.
    pub(crate) requests_per_s: f64,
    /// Requests answered, for one second of the server's CPU.
    pub(crate) requests_per_cpu_s: f64,
    /// Half of the requests took no longer.
    pub(crate) p50_ms: f64,
    /// All but one in a hundred took no longer.
    pub(crate) p99_ms: f64,
}

/// One connection, kept alive.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, Failed> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::with_capacity(4 * 1024) })
    }

    /// Sends a request, whole, and waits for its answer; the answer's body if it is 200.
    pub(crate) async fn call(&mut self, request: &[u8]) -> Result<&[u8], Failed> {
        self.stream.write_all(request).await?;
        self.received.clear();
        let head = loop {
            if let Some(end) = self.received.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            if self.received.len() > HEAD_BYTES {
                return Err("the head of an answer is too long".into());
            }
            self.more().await?;
        };
        let text = std::str::from_utf8(&self.received[..head])?;
        let (good, length) = (text.starts_with("HTTP/1.1 200 "), content_length(text));
        let end = head + length.ok_or_else(|| format!("an answer does not say how long it is:\n{text}"))?;
        while self.received.len() < end {
            self.more().await?;
        }
        if good {
            Ok(&self.received[head..end])
        } else {
            Err(format!("refused: {}", String::from_utf8_lossy(&self.received)).into())
        }
    }

    async fn more(&mut self) -> Result<(), Failed> {
        match self.stream.read_buf(&mut self.received).await? {
            0 => Err("the server ended the connection".into()),
            _ => Ok(()),
        }
    }
}

fn content_length(head: &str) -> Option<usize> {
    let value = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then_some(value)
    })?;
    value.trim().parse().ok()
}

/// What all connections of a run share.
#[derive(Debug)]
struct Run {
    target: Target,
    /// The number of the next request.
    next: AtomicU64,
    /// The number at which to end.
    end: AtomicU64,
    answered: AtomicU64,
    /// Whether latencies are noted.
    measuring: AtomicBool,
    progress: ProgressBar,
}

impl Run {
    fn new(target: &Target, end: u64, progress: ProgressBar) -> Arc<Self> {
        Arc::new(Self {
            target: target.clone(),
            next: AtomicU64::new(0),
            end: AtomicU64::new(end),
            answered: AtomicU64::new(0),
            measuring: AtomicBool::new(false),
            progress,
        })
    }

    /// Sends until the end; returns what it sent by, and the latencies noted, in microseconds.
    async fn connection<S: Sends>(self: Arc<Self>, mut sends: S) -> Result<(S, Vec<u32>), Failed> {
        let mut connection = Connection::open(self.target.address).await?;
        let (mut request, mut latencies) = (Vec::new(), Vec::new());
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.end.load(Ordering::Relaxed) {
                return Ok((sends, latencies));
            }
            self.target.write(sends.body(number), &mut request);
            let start = measure::now();
            let answer = connection.call(&request).await?;
            let took = start.elapsed();
            sends.answered(answer);
            if self.measuring.load(Ordering::Relaxed) {
                latencies.push(micros(took));
            }
            self.answered.fetch_add(1, Ordering::Relaxed);
            self.progress.inc(1);
        }
    }
}

/// Whole microseconds, as many as fit.
pub(crate) fn micros(took: Duration) -> u32 {
    u32::try_from(took.as_micros()).unwrap_or(u32::MAX)
}

/// The latency that so many of a hundred do not exceed, in milliseconds; 0 of none. Sorts.
pub(crate) fn percentile_ms(latencies_us: &mut [u32], percent: usize) -> f64 {
    latencies_us.sort_unstable();
    let place = (latencies_us.len() * percent / 100).min(latencies_us.len().saturating_sub(1));
    latencies_us.get(place).map_or(0.0, |us| f64::from(*us) / 1_000.0)
}

/// Sends requests for an interval, one connection for each of `sends`, and measures; `pid` is the server's. Gives back
/// what was sent by.
pub(crate) async fn measure<S: Sends>(
    target: &Target,
    sends: Vec<S>,
    interval: Interval,
    pid: u32,
) -> Result<(Measured, Vec<S>), Failed> {
    let run = Run::new(target, u64::MAX, ProgressBar::hidden());
    let connections: Vec<_> = sends.into_iter().map(|sends| tokio::spawn(run.clone().connection(sends))).collect();
    tokio::time::sleep(interval.warm_up).await;
    let state = || Ok::<_, Failed>((run.answered.load(Ordering::Relaxed), measure::cpu_s(pid)?, measure::now()));
    let (answered_before, cpu_before, start) = state()?;
    run.measuring.store(true, Ordering::Relaxed);
    tokio::time::sleep(interval.measured).await;
    let (answered, cpu, end) = state()?;
    run.measuring.store(false, Ordering::Relaxed);
    run.end.store(0, Ordering::Relaxed);
    let (mut latencies, mut back) = (Vec::new(), Vec::new());
    for connection in connections {
        let (sends, of_one) = connection.await??;
        latencies.extend(of_one);
        back.push(sends);
    }
    let requests = (answered - answered_before) as f64;
    let measured = Measured {
        requests_per_s: requests / (end - start).as_secs_f64(),
        // A tick of the CPU clock is 10 ms; a server that used less has used about that.
        requests_per_cpu_s: requests / (cpu - cpu_before).max(0.01),
        p50_ms: percentile_ms(&mut latencies, 50),
        p99_ms: percentile_ms(&mut latencies, 99),
    };
    Ok((measured, back))
}

/// Sends a number of requests, one connection for each of `sends`, showing how far it is. Gives back what was sent by.
pub(crate) async fn send<S: Sends>(
    target: &Target,
    sends: Vec<S>,
    requests: u64,
    what: &'static str,
) -> Result<Vec<S>, Failed> {
    let progress = progress(requests, what);
    let run = Run::new(target, requests, progress.clone());
    let connections: Vec<_> = sends.into_iter().map(|sends| tokio::spawn(run.clone().connection(sends))).collect();
    let mut back = Vec::new();
    for connection in connections {
        back.push(connection.await??.0);
    }
    progress.finish_and_clear();
    Ok(back)
}

/// Connections that fill a shop.
pub(crate) const FILLING_CONNECTIONS: usize = 8;

/// A bar on standard error.
pub(crate) fn progress(all: u64, what: &'static str) -> ProgressBar {
    let style = indicatif::ProgressStyle::with_template("{msg:24} [{bar:40}] {percent:>3} % {eta}");
    ProgressBar::new(all).with_message(what).with_style(style.expect("the template is well-formed"))
}

/// Runs a future on this thread.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T, Failed>>) -> Result<T, Failed> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::{Bodies, People, Traffic, When};

    #[test]
    fn a_head_says_how_long_the_answer_is() {
        assert_eq!(content_length("HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n"), Some(16));
        assert_eq!(content_length("HTTP/1.1 200 OK\r\n\r\n"), None);
    }

    #[test]
    fn what_is_sent_to_the_reference_is_all_in_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("log");
        block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
            let target = Target { address: listener.local_addr()?, path: "/v1/batch", headers: String::new() };
            tokio::spawn(axum::serve(listener, crate::reference::router(&file)?).into_future());
            let traffic =
                Traffic { events: 4, people: People::InTurn, when: When::JustNow, deed: None, first_message: 0 };
            send(&target, vec![Bodies::batch(traffic); 3], 25, "").await.map(drop)
        })
        .unwrap();
        let written = std::fs::read_to_string(&file).unwrap();
        for person in 0..100 {
            assert!(written.contains(&format!("a{person:08}")), "{person}");
        }
    }
}
