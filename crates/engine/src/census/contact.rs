//! Contacts: on which of the last 30 days somebody was sent how many marketing messages, over all channels.
//!
//! Whoever sends messages tells of them by events: that one was sent, or that it was delivered. Of one message often
//! both are told, so of one day and channel the larger number counts. A message with the property `marketing: false`, a
//! receipt or a password, is none. Days are UTC days: a letter at nine every morning is one a day.

use std::collections::BTreeMap;

use model::{decision::Channel, event::Event, time::Timestamp, value::Value};

/// Marketing contacts a day, at most (requirements D6).
pub const A_DAY: u32 = 1;
/// Marketing contacts in 7 days, at most (requirements D6).
pub const IN_7_DAYS: u32 = 3;
/// Marketing contacts in 30 days, at most (requirements D6).
pub const IN_30_DAYS: u32 = 8;

/// The days that are looked at.
const DAYS: i64 = 30;

/// The events that tell of a message: name, channel, what they tell.
const MESSAGES: [(&str, Channel, Told); 9] = [
    ("Email Sent", Channel::Email, Told::Sent),
    ("Email Delivered", Channel::Email, Told::Delivered),
    ("SMS Sent", Channel::Sms, Told::Sent),
    ("SMS Delivered", Channel::Sms, Told::Delivered),
    ("Push Notification Sent", Channel::Push, Told::Sent),
    ("Push Notification Received", Channel::Push, Told::Delivered),
    ("Letter Sent", Channel::Print, Told::Sent),
    ("Letter Delivered", Channel::Print, Told::Delivered),
    ("Call Answered", Channel::Agent, Told::Delivered),
];

/// What an event tells of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Sent,
    Delivered,
}

/// The contacts of one person in the last 30 days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contacts {
    today: i64,
    told: BTreeMap<(i64, Channel), [u32; 2]>,
}

impl Contacts {
    /// None so far, until the day of a moment.
    pub(super) fn until(now: Timestamp) -> Self {
        Self { today: now.day(), told: BTreeMap::new() }
    }

    /// Takes an event in, whatever it is.
    pub(super) fn note(&mut self, event: &Event) {
        let day = event.timestamp.day();
        if day > self.today || day <= self.today - DAYS {
            return;
        }
        let Some((_, channel, told)) = MESSAGES.iter().find(|(name, ..)| *name == event.name()) else { return };
        if event.properties.get("marketing") != Some(&Value::Bool(false)) {
            let number = &mut self.told.entry((day, *channel)).or_default()[*told as usize];
            *number = number.saturating_add(1);
        }
    }

    /// Whether there were more than D6 allows.
    pub fn are_too_many(&self) -> bool {
        let mut days = [0_u32; DAYS as usize];
        for ((day, _), [sent, delivered]) in &self.told {
            let age = usize::try_from(self.today - day).expect("only the last days are noted");
            days[age] = days[age].saturating_add(*sent.max(delivered));
        }
        let sum = |days: &[u32]| days.iter().fold(0_u32, |sum, more| sum.saturating_add(*more));
        days.iter().any(|contacts| *contacts > A_DAY)
            || days.windows(7).any(|week| sum(week) > IN_7_DAYS)
            || sum(&days) > IN_30_DAYS
    }
}
