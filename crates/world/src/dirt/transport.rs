//! What happens to emissions between who sends them and the product.

use model::time::Span;

use crate::{
    World,
    draws::{Draws, Entity, Purpose},
    emission::{Emission, Feed, Happening},
};

/// Shares of emissions of browsers and apps that arrive late, and of all that are sent twice by the same id.
pub const LATE: f64 = 0.02;
/// Shares of all emissions that are sent twice, by the same id: retries.
pub const DUPLICATE: f64 = 0.01;
/// Share of emissions of browsers and apps that are told again by another id: a tag that is there twice.
pub const REPEATED: f64 = 0.005;
/// Share of devices whose clock is wrong.
pub const SKEWED: f64 = 0.03;

/// Hours by which the late ones are late on average, and at most.
const LATE_HOURS: (f64, f64) = (10.0, 72.0);

/// Minutes by which wrong clocks are wrong: the median, the deviation of the logarithm, and the most.
const SKEW_MINUTES: (f64, f64, f64) = (20.0, 1.8, 2.0 * 24.0 * 60.0);

/// What arrives of an emission: itself, perhaps late or by a wrong clock, and what repeats it; in order of sending.
/// History that is brought along arrives as it is.
pub fn on_the_way(world: &World, mut emission: Emission) -> Vec<Emission> {
    if emission.day.is_none() {
        return vec![emission];
    }
    let mut draws = stream(world, &[emission.feed.source(), &emission.message]);
    let [is_late, is_twice, is_again] = [LATE, DUPLICATE, REPEATED].map(|share| draws.chance(share));
    let is_browser = matches!(emission.feed, Feed::Web | Feed::App);
    // A choice in the banner is asked for before anything else is done, so it is sent at once.
    let is_choice = matches!(emission.what, Happening::Consent(_));
    if is_browser {
        let skew = emission.claims.device.as_deref().map_or(Span::default(), |device| skew(world, device));
        emission.says_at = emission.says_at.plus(skew);
        emission.skew_ms += skew.as_millis();
        if is_late && !is_choice {
            let hours = draws.exponential(LATE_HOURS.0).min(LATE_HOURS.1);
            emission.sent_at = emission.sent_at.plus(Span::from_millis((hours * Span::HOUR.as_millis() as f64) as i64));
        }
    }
    let mut all = vec![emission];
    if is_again && is_browser && !is_choice {
        let mut again = all[0].clone();
        again.message.push_str("-again");
        let ms = Span::from_millis(20 + draws.below(1_500) as i64);
        again.says_at = again.says_at.plus(ms);
        again.sent_at = again.sent_at.plus(ms);
        all.push(again);
    }
    if is_twice {
        let mut twice = all[0].clone();
        twice.sent_at = twice.sent_at.plus(Span::SECOND.times(3 + draws.below(600) as i64));
        all.push(twice);
    }
    all
}

/// By how much the clock of a device is ahead.
fn skew(world: &World, device: &str) -> Span {
    let mut draws = stream(world, &["device", device]);
    if !draws.chance(SKEWED) {
        return Span::default();
    }
    let (median, spread, most) = SKEW_MINUTES;
    let minutes = draws.log_normal(median, spread).min(most);
    let minutes = if draws.chance(0.5) { minutes } else { -minutes };
    Span::from_millis((minutes * Span::MINUTE.as_millis() as f64) as i64)
}

/// The draws of a message or a device.
fn stream(world: &World, parts: &[&str]) -> Draws {
    world.seed.draws(Entity::Message(number(parts)), 0, Purpose::Transport)
}

/// A number of texts (FNV-1a, 64 bits, with its halves folded into the 48 bits that count).
fn number(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    let hash = bytes
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    hash ^ (hash >> 48)
}
