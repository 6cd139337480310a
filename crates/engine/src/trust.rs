//! How far the traits of a person are believed, over all sides.

use std::borrow::Cow;

use condition::{Belief, Believed};
use model::{
    fact::{Denial, FactKind, TraitValue},
    schema::{Meaning, TraitRules, TraitType},
    time::Timestamp,
    value::Value,
};
use profile::{
    doubt::SharedBy,
    held::{Held, Hold},
    trust::{Ground, Statement, Weighed, believe, explain},
};

use crate::{person::Person, plan::Plan};

/// One trait of a person under a plan at a moment.
#[derive(Debug, Clone, Copy)]
pub struct Trait<'a, 'n> {
    /// The plan.
    pub plan: &'a Plan,
    /// The person.
    pub person: &'a Person,
    /// The trait's name.
    pub name: &'n str,
    /// The moment.
    pub now: Timestamp,
}

impl<'a> Trait<'a, '_> {
    /// The value that is believed of those that are open, and how far; also where it is [`Value::Null`], that there is
    /// none. `None` if nothing counts that was said.
    pub fn believed(&self, is_open: impl Fn(&TraitValue) -> bool) -> Option<Believed<'a>> {
        self.said().next()?;
        let rules = self.rules();
        let denied = self.denied(&is_open);
        let judgement = believe(self.open(&rules, is_open), denied.iter().map(AsRef::as_ref), &self.ground(&rules))?;
        let belief = Belief {
            trust: judgement.trust,
            most: judgement.most,
            stands_until: judgement.stands_until,
            shown_until: judgement.shown_until,
            moves_at: judgement.moves_at,
        };
        Some(Believed { value: judgement.value, belief })
    }

    /// What was said and is open, and what each counts, the better believed first.
    pub fn explained(&self, is_open: impl Fn(&TraitValue) -> bool) -> Vec<Weighed<'a>> {
        let rules = self.rules();
        let denied = self.denied(&is_open);
        explain(self.open(&rules, is_open), denied.iter().map(AsRef::as_ref), &self.ground(&rules))
    }

    fn said(&self) -> impl Iterator<Item = &'a TraitValue> {
        self.person.sides.iter().flat_map(|side| side.facts.traits.values(self.name))
    }

    fn open<'s>(
        &'s self,
        rules: &'s TraitRules,
        is_open: impl Fn(&TraitValue) -> bool + 's,
    ) -> impl Iterator<Item = Statement<'a>> + 's {
        self.said().filter(move |said| is_open(said)).map(|said| Statement {
            said,
            source: self.plan.sources.get(&said.source),
            shared: self.shared(rules.meaning, &said.value),
        })
    }

    /// What was denied. A correction that is not open here ends what was said before it all the same: what is known to
    /// be wrong serves no purpose.
    fn denied(&self, is_open: impl Fn(&TraitValue) -> bool) -> Vec<Cow<'a, Denial>> {
        let denied = self.person.sides.iter().flat_map(|side| side.facts.traits.denied(self.name)).map(Cow::Borrowed);
        let closed = self.said().filter(|said| said.kind == FactKind::Corrected && !is_open(said));
        denied.chain(closed.map(|said| Cow::Owned(ends(said)))).collect()
    }

    fn ground<'s>(&'s self, rules: &'s TraitRules) -> Ground<'s> {
        Ground { rules, own: &self.plan.own, floors: self.plan.trust, now: self.now }
    }

    /// A trait that the project does not define means what its name usually means.
    fn rules(&self) -> Cow<'a, TraitRules> {
        match self.plan.schema.get(self.name) {
            Some(rules) => Cow::Borrowed(rules),
            None => Cow::Owned(TraitRules::usual(self.name, TraitType::Any)),
        }
    }

    /// A mail address, a phone, or whatever is called as its namespace is, such as a loyalty card, is that of too many
    /// where it is in quarantine as an identifier of the person. What nobody sends as an identifier is counted nowhere.
    fn shared(&self, meaning: Option<Meaning>, value: &Value) -> SharedBy {
        let text = match value {
            Value::Text(text) => Cow::Borrowed(text.trim()),
            Value::Int(number) => Cow::Owned(number.to_string()),
            _ => return SharedBy::Few,
        };
        let is_address = matches!(meaning, Some(Meaning::Email | Meaning::Phone));
        let is_meant = |namespace: &str| is_address || letters(namespace).eq(letters(self.name));
        let is_it = |held: &Held| {
            held.hold == Hold::Quarantined
                && held.identifier.value.eq_ignore_ascii_case(&text)
                && is_meant(held.identifier.namespace.as_str())
        };
        let mut held = self.person.sides.iter().flat_map(|side| side.facts.identifiers.iter());
        if held.any(is_it) { SharedBy::TooMany } else { SharedBy::Few }
    }
}

/// A name without case and without what separates its words: `loyalty_card` is `loyaltyCard`.
fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

fn ends(correction: &TraitValue) -> Denial {
    Denial { value: None, as_of: correction.as_of, source: correction.source.clone() }
}
