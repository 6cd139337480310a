//! What an event says about consent: the clients' consent objects, and the browser's privacy control.

use model::{
    consent::{ConsentSignal, Means, Proof},
    name::{Name, Purpose},
    time::Timestamp,
    value::Value,
};

use super::{Gpc, Receiver, message::Message};

/// Segment's reserved event: the person has just chosen.
const PREFERENCE_UPDATED: &str = "Segment Consent Preference Updated";

/// The purposes that Global Privacy Control denies: it speaks of selling and sharing. What the shop itself shows on
/// its own site (`site`) is neither, and stays the person's to grant or refuse.
const DENIED_BY_GPC: &[&str] = &["ads", "partner"];

/// Reads the choices that an event carries; `None` if it says nothing, which is no consent.
///
/// Where two categories of one purpose disagree, the denial stands. Under GPC the purposes above are denied whatever
/// a consent object says, except on the event by which the person chooses: that choice is later than the setting.
pub(super) fn read(message: &Message<'_>, at: Timestamp, receiver: &Receiver<'_>) -> Option<ConsentSignal> {
    let mut choices = Choices { receiver, said: Vec::new() };
    if let Some(Value::Map(consent)) = &message.context.consent
        && let Some(Value::Map(preferences)) = consent.get("categoryPreferences")
    {
        for (category, granted) in preferences.iter() {
            if let Value::Bool(granted) = granted {
                choices.category(category, *granted);
            }
        }
    }
    if let Some(Value::Map(consent)) = &message.context.consent_management {
        for (list, granted) in [("allowedConsentIds", true), ("deniedConsentIds", false)] {
            if let Some(Value::List(ids)) = consent.get(list) {
                ids.iter().filter_map(Value::as_text).for_each(|category| choices.category(category, granted));
            }
        }
    }
    let means = if choices.said.is_empty() { Means::Gpc } else { Means::Event };
    let chooses_now = means == Means::Event && message.event.text().as_deref() == Some(PREFERENCE_UPDATED);
    if receiver.gpc == Gpc::Present && !chooses_now {
        for denied in DENIED_BY_GPC {
            receiver.purposes.get(*denied).into_iter().for_each(|purpose| choices.purpose(purpose, false));
        }
    }
    let mut said = choices.said;
    said.sort();
    let proof = Proof { source: receiver.source.name.clone(), means, wording: None, language: None };
    (!said.is_empty()).then_some(ConsentSignal { choices: said, at, until: None, proof })
}

struct Choices<'a> {
    receiver: &'a Receiver<'a>,
    said: Vec<(Name<Purpose>, bool)>,
}

impl<'a> Choices<'a> {
    /// A category of the consent manager: the purposes the shop put behind it, or the purpose of that name.
    fn category(&mut self, category: &str, granted: bool) {
        let receiver: &'a Receiver<'a> = self.receiver;
        match receiver.consent_categories.get(category) {
            Some(purposes) => purposes.iter().for_each(|purpose| self.purpose(purpose, granted)),
            None => receiver.purposes.get(category).into_iter().for_each(|purpose| self.purpose(purpose, granted)),
        }
    }

    fn purpose(&mut self, purpose: &Name<Purpose>, granted: bool) {
        match self.said.iter_mut().find(|(known, _)| known == purpose) {
            Some((_, said)) => *said &= granted,
            None => self.said.push((purpose.clone(), granted)),
        }
    }
}
