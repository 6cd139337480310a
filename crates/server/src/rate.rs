//! How often a key may call: one bucket of tokens a key.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use api::error::{ApiError, Code};
use model::id::{ApiKey, Id};

use crate::config::Rate;

/// The buckets of all keys.
#[derive(Debug)]
pub(crate) struct Limiter {
    rate: Rate,
    buckets: Mutex<HashMap<Id<ApiKey>, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Limiter {
    pub(crate) fn new(rate: Rate) -> Self {
        Self { rate, buckets: Mutex::default() }
    }

    /// Lets one request of a key pass.
    ///
    /// # Errors
    /// `RATE_LIMITED` with the whole seconds until the next token, at least 1.
    #[expect(clippy::disallowed_methods, reason = "a rate is of real time, also where the clock is a test's")]
    pub(crate) fn pass(&self, key: Id<ApiKey>) -> Result<(), ApiError> {
        self.pass_at(key, Instant::now())
    }

    fn pass_at(&self, key: Id<ApiKey>, now: Instant) -> Result<(), ApiError> {
        let (per_s, burst) = (f64::from(self.rate.requests_per_s), f64::from(self.rate.burst));
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(key).or_insert(Bucket { tokens: burst, filled: now });
        let since_s = now.saturating_duration_since(bucket.filled).as_secs_f64();
        bucket.tokens = (bucket.tokens + since_s * per_s).min(burst);
        bucket.filled = now;
        if bucket.tokens < 1.0 {
            let wait_s = ((1.0 - bucket.tokens) / per_s).ceil().clamp(1.0, 300.0);
            return Err(ApiError { retry_after_s: Some(wait_s as u32), ..ApiError::new(Code::RateLimited) });
        }
        bucket.tokens -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any moment will do to count from")]
    fn a_burst_passes_then_one_a_token() {
        let limiter = Limiter::new(Rate { requests_per_s: 2, burst: 3 });
        let (key, other, start) = (Id::from_bits(1), Id::from_bits(2), Instant::now());
        for _ in 0..3 {
            limiter.pass_at(key, start).unwrap();
        }
        let refused = limiter.pass_at(key, start).unwrap_err();
        assert_eq!((refused.code, refused.retry_after_s), (Code::RateLimited, Some(1)));
        limiter.pass_at(other, start).unwrap();
        limiter.pass_at(key, start + Duration::from_millis(500)).unwrap();
        assert!(limiter.pass_at(key, start + Duration::from_millis(500)).is_err());
    }
}
