//! Sends requests at a rate, whether or not earlier ones are answered, as visitors do, and measures how long each took.
//!
//! A request that finds its connection still waiting counts from the moment at which it was due: a server that stalls
//! is charged for everybody who came meanwhile. One that is sent late because this program was late counts from when it
//! was sent.

use std::time::{Duration, Instant};

use crate::{
    Failed,
    load::{Connection, Sends, Target, micros},
    measure,
};

/// A rate of requests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Requests a second.
    pub(crate) per_s: u32,
    /// How many.
    pub(crate) requests: u64,
}

/// Sends at a rate, in turn over one connection for each of `sends`. Returns these and the latencies in microseconds.
pub(crate) async fn paced<S: Sends>(target: &Target, sends: Vec<S>, pace: Pace) -> Result<(Vec<S>, Vec<u32>), Failed> {
    let (every, start) = (sends.len() as u64, measure::now());
    let one = |(first, sends)| tokio::spawn(connection(target.clone(), sends, pace, (first, every), start));
    let connections: Vec<_> = (0..).zip(sends).map(one).collect();
    let (mut back, mut latencies) = (Vec::new(), Vec::new());
    for connection in connections {
        let (sends, of_one) = connection.await??;
        back.push(sends);
        latencies.extend(of_one);
    }
    Ok((back, latencies))
}

/// Sends the requests `first`, `first + every`, and so on.
async fn connection<S: Sends>(
    target: Target,
    mut sends: S,
    pace: Pace,
    (first, every): (u64, u64),
    start: Instant,
) -> Result<(S, Vec<u32>), Failed> {
    let mut connection = Connection::open(target.address).await?;
    let (mut request, mut latencies) = (Vec::new(), Vec::new());
    for number in (first..pace.requests).step_by(usize::try_from(every)?) {
        let due = start + Duration::from_nanos(number * 1_000_000_000 / u64::from(pace.per_s));
        let from = if measure::now() < due {
            tokio::time::sleep_until(due.into()).await;
            measure::now()
        } else {
            due
        };
        target.write(sends.body(number), &mut request);
        let answer = connection.call(&request).await?;
        latencies.push(micros(from.elapsed()));
        sends.answered(answer);
    }
    Ok((sends, latencies))
}
