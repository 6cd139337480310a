//! Consent as a type: who uses a personal fact holds a token that only the person's own consent can make.
//!
//! [`Granted<P>`] has no public constructor: it comes from [`Consents::granted`] and from nowhere else, so code that
//! decides, sends or shows without asking does not compile. [`Keep`] is the engine's own token, for folding and
//! evaluating what was accepted; using the result still needs `Granted`.
//!
//! ```
//! use model::{consent::{Consents, Site}, time::Timestamp};
//! let nobody = Consents::default();
//! assert!(nobody.granted::<Site>(Timestamp::MIN).is_none());
//! ```

use std::{marker::PhantomData, sync::Arc};

use crate::{
    name::{Name, Purpose, Source},
    time::{Span, Timestamp},
};

/// A purpose known to the code at compile time.
pub trait Use {
    /// The name of the purpose's definition.
    const PURPOSE: &'static str;
}

macro_rules! uses {
    ($($(#[$doc:meta])* $kind:ident = $name:literal;)*) => {
        $($(#[$doc])* #[derive(Debug, Clone, Copy)] pub enum $kind {}
        impl Use for $kind { const PURPOSE: &'static str = $name; })*
        /// The purposes that every project has, in the order in which a banner shows them.
        pub const PURPOSES: &[&str] = &[$($name),*];
    };
}
uses! {
    /// To decide what the site or the app shows.
    Site = "site";
    /// To choose what an e-mail says, and to send it.
    Email = "email";
    /// To know that one person opened one e-mail.
    EmailOpen = "email_open";
    /// To send SMS.
    Sms = "sms";
    /// To send push messages.
    Push = "push";
    /// To call.
    Phone = "phone";
    /// To send letters and catalogs.
    Post = "post";
    /// To build ad audiences.
    Ads = "ads";
    /// To know where the device is.
    Location = "location";
    /// To use what partners know.
    Partner = "partner";
    /// To measure beyond anonymous counts.
    Measurement = "measurement";
}

/// What one person last said about one purpose, with its proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Granted or denied.
    pub granted: bool,
    /// When the person chose.
    pub at: Timestamp,
    /// Until when a grant holds, if it ends by itself.
    pub until: Option<Timestamp>,
    /// The words the person saw, and where the choice came from.
    pub proof: Proof,
}

/// The proof of a choice (GDPR art. 7(1)): what was shown, in which language, by which means.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Proof {
    /// The source that brought the choice.
    pub source: Name<Source>,
    /// By which means: our own call, a client's consent object, a browser signal.
    pub means: Means,
    /// The version of the wording, as the shop names it.
    pub wording: Option<Arc<str>>,
    /// The language of the wording (BCP 47).
    pub language: Option<Arc<str>>,
}

/// By which means a choice reached us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Means {
    /// `POST /v1/consent`.
    Call,
    /// A consent object on an event, or the reserved consent event.
    Event,
    /// The browser's Global Privacy Control. It denies; it never grants.
    Gpc,
    /// An import, with the proof kept by the shop.
    Import,
}

/// Choices about several purposes that came together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentSignal {
    /// What was said of each purpose named.
    pub choices: Vec<(Name<Purpose>, bool)>,
    /// When the person chose; the event's own time if the signal does not say.
    pub at: Timestamp,
    /// Until when what was granted holds, if it ends by itself. A denial has no end.
    pub until: Option<Timestamp>,
    /// The proof to keep.
    pub proof: Proof,
}

/// All that one person said about the use of their data. Silence is refusal.
///
/// Of each purpose two things are kept: the latest explicit choice, and the earliest browser signal (GPC), which says
/// no. An explicit choice made after the browser first signaled outweighs the signal, however often that is repeated.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Consents {
    /// In order of purpose, the signal after the choice.
    choices: Vec<(Name<Purpose>, Choice)>,
}

impl Consents {
    /// Builds from stored choices.
    pub fn from_choices(mut choices: Vec<(Name<Purpose>, Choice)>) -> Self {
        choices.sort_by(|a, b| (&a.0, a.1.is_signal()).cmp(&(&b.0, b.1.is_signal())));
        Self { choices }
    }

    /// The choice that stands for a purpose, whatever it is.
    pub fn choice(&self, purpose: &str) -> Option<&Choice> {
        let from = self.choices.partition_point(|(name, _)| name.as_str() < purpose);
        let mut of =
            self.choices[from..].iter().take_while(|(name, _)| name.as_str() == purpose).map(|(_, choice)| choice);
        match (of.next()?, of.next()) {
            (explicit, Some(signal)) if signal.at > explicit.at => Some(signal),
            (only, _) => Some(only),
        }
    }

    /// The purposes about which anything was said, in order.
    pub fn purposes(&self) -> impl Iterator<Item = &Name<Purpose>> {
        self.choices.chunk_by(|a, b| a.0 == b.0).map(|of| &of[0].0)
    }

    /// All that is kept, in order of purpose, the signal after the choice.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &(Name<Purpose>, Choice)> {
        self.choices.iter()
    }

    /// Whether the purpose is granted at `now`.
    pub fn allows(&self, purpose: &str, now: Timestamp) -> bool {
        self.choice(purpose).is_some_and(|choice| choice.granted && choice.until.is_none_or(|until| now < until))
    }

    /// The token for a purpose, if the person granted it and the grant holds at `now`.
    pub fn granted<P: Use>(&self, now: Timestamp) -> Option<Granted<P>> {
        self.allows(P::PURPOSE, now).then_some(Granted { purpose: PhantomData })
    }

    /// The token for a purpose that is named by data: a definition, a request.
    pub fn granted_named(&self, purpose: &Name<Purpose>, now: Timestamp) -> Option<GrantedName> {
        self.allows(purpose.as_str(), now).then(|| GrantedName { purpose: purpose.clone() })
    }

    /// Takes a choice in: the latest stands, at the same moment denial; of signals the earliest. Says whether anything
    /// changed.
    pub fn record(&mut self, purpose: Name<Purpose>, choice: Choice) -> bool {
        let place =
            |(name, known): &(Name<Purpose>, Choice)| (name, known.is_signal()).cmp(&(&purpose, choice.is_signal()));
        match self.choices.binary_search_by(place) {
            Err(at) => self.choices.insert(at, (purpose, choice)),
            Ok(at) if supersedes(&choice, &self.choices[at].1) => self.choices[at].1 = choice,
            Ok(_) => return false,
        }
        true
    }

    /// Takes in all that a signal says.
    pub fn record_signal(&mut self, signal: &ConsentSignal) {
        let ConsentSignal { choices, at, until, proof } = signal;
        for (purpose, granted) in choices {
            let until = until.filter(|_| *granted);
            self.record(purpose.clone(), Choice { granted: *granted, at: *at, until, proof: proof.clone() });
        }
    }

    /// Both persons' choices, as if one person had made them all.
    #[must_use]
    pub fn joined(&self, other: &Self) -> Self {
        let mut both = self.clone();
        for (purpose, choice) in &other.choices {
            both.record(purpose.clone(), choice.clone());
        }
        both
    }
}

impl Choice {
    /// Whether it is the browser's standing signal rather than something the person said for this purpose.
    fn is_signal(&self) -> bool {
        self.proof.means == Means::Gpc
    }
}

/// Later wins; at the same moment denial wins; beyond that the proof decides, so that arrival order never does.
fn supersedes(new: &Choice, old: &Choice) -> bool {
    if new.is_signal() {
        return (new.at, &new.proof) < (old.at, &old.proof);
    }
    (new.at, !new.granted, &new.proof, new.until) > (old.at, !old.granted, &old.proof, old.until)
}

/// How long a choice is kept before the shop may ask again (CNIL's good practice).
pub const ASK_AGAIN_AFTER: Span = Span::DAY.times(182);

/// The right to use a person's facts for the purpose `P`, at the moment it was asked.
#[derive(Debug)]
pub struct Granted<P> {
    purpose: PhantomData<P>,
}

/// The right to use a person's facts for a purpose known by name only.
#[derive(Debug)]
pub struct GrantedName {
    purpose: Name<Purpose>,
}

impl GrantedName {
    /// The purpose that was granted.
    pub fn purpose(&self) -> &Name<Purpose> {
        &self.purpose
    }
}

/// The right to keep: to fold what was accepted and to evaluate what follows from it, never to use it.
/// Only `engine` and `runtime` make it (`cargo x tidy` sees to that).
#[derive(Debug)]
pub struct Keep(());

impl Keep {
    /// The engine's token.
    pub const fn for_the_engine() -> Self {
        Self(())
    }
}

/// The person's own rights and the shop's duty to answer them: access, correction, erasure. Made by whoever answers
/// such a request; never for deciding, sending or showing.
#[derive(Debug)]
pub struct Rights(());

impl Rights {
    /// The token of whoever answers the person's request.
    pub const fn of_the_person() -> Self {
        Self(())
    }
}

/// What opens a person's facts: one of the tokens above.
pub trait Token: sealed::Sealed {}
impl<P> Token for Granted<P> {}
impl Token for GrantedName {}
impl Token for Keep {}
impl Token for Rights {}

mod sealed {
    pub trait Sealed {}
    impl<P> Sealed for super::Granted<P> {}
    impl Sealed for super::GrantedName {}
    impl Sealed for super::Keep {}
    impl Sealed for super::Rights {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(granted: bool, at: i64) -> Choice {
        let proof = Proof { source: "web".into(), means: Means::Call, wording: None, language: None };
        Choice { granted, at: Timestamp::saturating_from_millis(at), until: None, proof }
    }

    #[test]
    fn the_latest_choice_stands_and_denial_wins_a_tie() {
        let (now, site) = (Timestamp::MAX, || Name::from("site"));
        let mut consents = Consents::default();
        assert!(consents.record(site(), choice(true, 10)));
        assert!(!consents.record(site(), choice(false, 9)), "an older choice changes nothing");
        assert!(consents.granted::<Site>(now).is_some());
        assert!(consents.record(site(), choice(false, 10)), "denial wins at the same moment");
        assert!(!consents.record(site(), choice(true, 10)));
        assert!(consents.granted::<Site>(now).is_none());
    }

    #[test]
    fn a_repeated_browser_signal_does_not_take_an_explicit_grant_back() {
        let signal = |at| {
            let choice = choice(false, at);
            Choice { proof: Proof { means: Means::Gpc, ..choice.proof.clone() }, ..choice }
        };
        let said = [signal(10), choice(true, 20), signal(30)];
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let mut consents = Consents::default();
            for place in order {
                consents.record("ads".into(), said[place].clone());
            }
            assert!(consents.granted::<Ads>(Timestamp::MAX).is_some(), "{order:?}");
        }
        let mut consents = Consents::default();
        consents.record("ads".into(), choice(true, 20));
        consents.record("ads".into(), signal(30));
        assert!(consents.granted::<Ads>(Timestamp::MAX).is_none(), "a signal that is new denies");
    }

    #[test]
    fn a_grant_that_ends_is_no_grant_from_that_moment() {
        let mut consents = Consents::default();
        let end = Timestamp::saturating_from_millis(100);
        consents.record("site".into(), Choice { until: Some(end), ..choice(true, 10) });
        assert!(consents.allows("site", Timestamp::saturating_from_millis(99)));
        assert!(!consents.allows("site", end));
    }
}
