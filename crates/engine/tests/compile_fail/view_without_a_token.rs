//! A person's facts are opened by a token, and by nothing else.

use engine::{person::Person, plan::Plan};
use model::{identifier::IdentifierKey, time::Timestamp};

fn greeting(person: &Person, plan: &Plan, now: Timestamp) -> usize {
    person.view(plan, now).traits().len()
}

fn offer(person: &Person, plan: &Plan, now: Timestamp) -> usize {
    person.view(&IdentifierKey(1), plan, now).traits().len()
}

fn main() {
    let _ = (greeting, offer);
}
