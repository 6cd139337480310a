//! What may be known of whom: each purpose of a page opened once, by the person's own consent.

use std::{borrow::Cow, cell::OnceCell};

use assign::{HOLDOUT, within};
use condition::{Believed, Facts, Fading, Model, Reading, Verdict};
use model::{
    consent::GrantedName,
    fact::{Occurrence, TraitValue},
    id::{Id, Unit},
    limits::TOKEN_VALUE_BYTES,
    name::{Name, Purpose, Recommender, Score, Segment, Trait},
    time::Timestamp,
    trust::Use,
    value::Value,
    wish::CONTENT_REFUSED,
};

use super::{horizon::Horizon, refused::Refused};
use crate::{
    page::{Absent, Ledger, Opens, Page, Person, Recognized, Whom},
    restraint::{Ground, Recall},
    scheme::Scheme,
    suggested::{Suggested, Tastes},
    template::Reference,
};

/// The purposes of a page's placements.
pub(super) struct Accesses<'a>(Vec<(&'a Name<Purpose>, Access<'a>)>);

/// What a purpose opens, and who draws.
pub(super) struct Access<'a> {
    /// Tells the accesses of one page apart.
    number: usize,
    /// What is drawn by: the person's unit, or the page's nonce.
    unit: Id<Unit>,
    /// Whether the unit is in the share that is kept out of everything.
    held_out: bool,
    known: Opened<'a>,
    /// What the person does not want, asked for once.
    refused: OnceCell<Refused>,
}

enum Opened<'a> {
    /// The person granted it.
    Open {
        opens: &'a dyn Opens,
        /// Opens what is known.
        token: GrantedName,
        ledger: &'a dyn Ledger,
        recognized: Recognized,
        /// When the grant ends by itself.
        until: Option<Timestamp>,
    },
    /// Nothing is known, or nothing may be. The page draws by its nonce.
    Closed {
        why: Absent,
        /// When that could change by itself.
        until: Option<Timestamp>,
    },
}

impl<'a> Accesses<'a> {
    pub(super) fn open(scheme: &'a Scheme, page: &Page<'a>, whom: &Whom<'a>, now: Timestamp) -> Self {
        let mut all: Vec<(&'a Name<Purpose>, Access<'a>)> = Vec::new();
        for placement in page.placements.iter().filter_map(|name| scheme.placement(name.as_str())) {
            let purpose = &placement.purpose;
            if !all.iter().any(|(known, _)| *known == purpose) {
                let number = all.len();
                let (unit, known) = Opened::of(whom, purpose, page.nonce, now);
                let held_out = within(unit, HOLDOUT, scheme.rules().holdout);
                all.push((purpose, Access { number, unit, held_out, known, refused: OnceCell::new() }));
            }
        }
        Self(all)
    }

    pub(super) fn of(&self, purpose: &Name<Purpose>) -> &Access<'a> {
        let found = self.0.iter().find(|(known, _)| *known == purpose);
        &found.expect("the purpose of every placement of the page was opened").1
    }
}

impl<'a> Opened<'a> {
    fn of(whom: &Whom<'a>, purpose: &Name<Purpose>, nonce: u128, now: Timestamp) -> (Id<Unit>, Self) {
        let closed = |why, until| (Id::from_bits(nonce), Self::Closed { why, until });
        let person = match whom {
            Whom::Nobody(why) => return closed(*why, None),
            Whom::Person(person) => person,
        };
        match (person.consents.granted_named(purpose, now), person.minor_until) {
            (None, _) => closed(Absent::NoConsent, None),
            (Some(_), Some(until)) => closed(Absent::Minor, Some(until)),
            (Some(token), None) => {
                let until = person.consents.choice(purpose.as_str()).and_then(|choice| choice.until);
                let Person { facts: opens, ledger, recognized, .. } = *person;
                (person.unit, Self::Open { opens, token, ledger, recognized, until })
            }
        }
    }
}

impl<'a> Access<'a> {
    /// Tells the accesses of one page apart.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// What is drawn by: the person's unit, or the page's nonce.
    pub(super) fn unit(&self) -> Id<Unit> {
        self.unit
    }

    /// Whether the unit is in the share that is kept out of everything.
    pub(super) fn is_held_out(&self) -> bool {
        self.held_out
    }

    /// Why nothing is known.
    pub(super) fn closed(&self) -> Option<Absent> {
        match &self.known {
            Opened::Open { .. } => None,
            Opened::Closed { why, .. } => Some(*why),
        }
    }

    /// Whether the shop recognizes who this is.
    pub(super) fn recognized(&self) -> Recognized {
        match &self.known {
            Opened::Open { recognized, .. } => *recognized,
            Opened::Closed { .. } => Recognized::No,
        }
    }

    pub(super) fn ledger(&self) -> Option<&'a dyn Ledger> {
        match &self.known {
            Opened::Open { ledger, .. } => Some(*ledger),
            Opened::Closed { .. } => None,
        }
    }

    pub(super) fn note_end(&self, horizon: &mut Horizon) {
        match &self.known {
            Opened::Open { until, .. } | Opened::Closed { until, .. } => horizon.note(*until),
        }
    }

    /// What the person does not want.
    pub(super) fn refused(&self, page: &Page<'_>, now: Timestamp) -> &Refused {
        self.refused.get_or_init(|| Refused::from_trail(&self.facts(page).trail(CONTENT_REFUSED), now))
    }

    /// What a membership of a segment rests on.
    pub(super) fn beneath(&self, segment: &Name<Segment>) -> Vec<Ground> {
        match &self.known {
            Opened::Open { opens, token, .. } => opens.beneath(token, segment),
            Opened::Closed { .. } => Vec::new(),
        }
    }

    /// Whether the person would be in a segment without what is too old.
    pub(super) fn segment_lately(&self, segment: &Name<Segment>, recall: Recall) -> Verdict {
        match &self.known {
            Opened::Open { opens, token, .. } => opens.segment_lately(token, segment, recall),
            Opened::Closed { .. } => Verdict { value: false, valid_until: None },
        }
    }

    /// What a score rests on.
    pub(super) fn beneath_score(&self, score: &Name<Score>) -> Vec<Ground> {
        match &self.known {
            Opened::Open { opens, token, .. } => opens.beneath_score(token, score),
            Opened::Closed { .. } => Vec::new(),
        }
    }

    /// What a score would be without what is too old.
    pub(super) fn score_lately(&self, score: &Name<Score>, recall: Recall) -> Option<Fading> {
        match &self.known {
            Opened::Open { opens, token, .. } => opens.score_lately(token, score, recall),
            Opened::Closed { .. } => None,
        }
    }

    /// What a recommender proposes: to the person where they are known, else by the request alone.
    pub(super) fn suggested(&self, page: &Page<'_>, recommender: &Name<Recommender>) -> Suggested {
        match &self.known {
            Opened::Open { opens, token, .. } => opens.suggest(token, recommender, page.request),
            Opened::Closed { .. } => (page.suggest)(recommender),
        }
    }

    /// By what a search is put in order; nothing where nobody is known.
    pub(super) fn tastes(&self) -> Tastes {
        match &self.known {
            Opened::Open { opens, token, .. } => opens.tastes(token),
            Opened::Closed { .. } => Tastes::default(),
        }
    }

    /// All that an audience may look at.
    pub(super) fn facts<'v>(&'v self, page: &'v Page<'_>) -> Known<'v> {
        let person = match &self.known {
            Opened::Open { opens, token, .. } => Some(opens.open(token)),
            Opened::Closed { .. } => None,
        };
        Known { person, request: page.request }
    }
}

/// The facts of the request, and those of the person where they are open.
pub(super) struct Known<'v> {
    person: Option<&'v dyn Facts>,
    request: &'v dyn Fn(&str) -> Option<Value>,
}

impl Known<'_> {
    /// The value of a trait of which one is sure enough to say it to the person.
    fn certain(&self, name: &Name<Trait>) -> Option<&TraitValue> {
        let found = self.trait_value(name.as_str())?;
        (found.belief.most >= Some(Use::State)).then_some(found.value)
    }

    /// What a token writes: a text or a number; nothing for other values, long ones, and those with line breaks or
    /// other control characters in them.
    pub(super) fn writes(&self, reference: &Reference) -> Option<String> {
        let value = match reference {
            Reference::Trait(name) => Cow::Borrowed(&self.certain(name)?.value),
            Reference::Request(name) => Cow::Owned(self.request(name)?),
        };
        let text = match &*value {
            Value::Text(text) => text.to_string(),
            Value::Int(number) => number.to_string(),
            Value::Float(number) => number.get().to_string(),
            _ => return None,
        };
        (text.len() <= TOKEN_VALUE_BYTES && !text.contains(char::is_control)).then_some(text)
    }
}

impl Facts for Known<'_> {
    fn trait_value(&self, name: &str) -> Option<Believed<'_>> {
        self.person?.trait_value(name)
    }

    fn trail<'a>(&'a self, event: &str) -> Cow<'a, [Occurrence]> {
        self.person.map_or(Cow::Borrowed(&[]), |person| person.trail(event))
    }

    fn segment(&self, name: &Name<Segment>) -> Verdict {
        self.person.map_or(Verdict { value: false, valid_until: None }, |person| person.segment(name))
    }

    fn request(&self, name: &str) -> Option<Value> {
        (self.request)(name)
    }

    fn interest(&self, topic: &str) -> Option<Fading> {
        self.person?.interest(topic)
    }

    fn score(&self, name: &Name<Score>) -> Option<Fading> {
        self.person?.score(name)
    }

    fn reading(&self, model: Model) -> Option<Reading> {
        self.person?.reading(model)
    }
}
