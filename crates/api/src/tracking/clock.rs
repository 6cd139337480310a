//! When an event happened, by the server's clock.

use model::{limits, time::Timestamp};

use crate::{error::Code, time};

use super::{
    Problem,
    message::{Message, Scalar},
};

/// `received_at − (sent_at − original timestamp)`: the client's clock may be wrong, but it is equally wrong twice.
///
/// Without a `sentAt` that can be read the client's word stands; without a timestamp the event happened on receipt.
/// A moment slightly ahead is taken as now; beyond [`limits::FUTURE_MS`] it is refused.
pub(super) fn timestamp(
    message: &Message<'_>,
    batch_sent_at: Option<Timestamp>,
    received_at: Timestamp,
) -> Result<Timestamp, Problem> {
    let (written, pointer) = match (&message.original_timestamp, &message.timestamp) {
        (Scalar::Missing, Scalar::Missing) => return Ok(received_at),
        (Scalar::Missing, timestamp) => (timestamp, "/timestamp"),
        (original, _) => (original, "/originalTimestamp"),
    };
    let original = moment(written).ok_or_else(|| Problem::new(Code::TimestampInvalid, pointer))?;
    let ms = match moment(&message.sent_at).or(batch_sent_at) {
        Some(sent_at) => received_at.as_millis() - sent_at.since(original).as_millis(),
        None => original.as_millis(),
    };
    if ms > received_at.as_millis() + limits::FUTURE_MS {
        return Err(Problem::new(Code::TimestampFuture, pointer));
    }
    let corrected = Timestamp::from_millis(ms)
        .filter(|at| *at >= Timestamp::EPOCH)
        .ok_or_else(|| Problem::new(Code::TimestampInvalid, pointer))?;
    Ok(corrected.min(received_at))
}

/// A moment as clients write it: a text, or a number of seconds or milliseconds, possibly in a text.
pub(super) fn moment(written: &Scalar<'_>) -> Option<Timestamp> {
    match written {
        Scalar::Text(text) => time::read(text).or_else(|| time::read_number(text.trim().parse().ok()?)),
        Scalar::Int(number) => time::read_number(*number as f64),
        Scalar::Number(number) => time::read_number(*number),
        Scalar::Missing | Scalar::Other => None,
    }
}
