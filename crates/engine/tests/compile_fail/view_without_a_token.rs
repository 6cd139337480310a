//! A person's facts are opened by a token, and by nothing else.

use engine::person::Person;
use model::identifier::IdentifierKey;

fn greeting(person: &Person) -> usize {
    person.view().traits().len()
}

fn offer(person: &Person) -> usize {
    person.view(&IdentifierKey(1)).traits().len()
}

fn main() {
    let _ = (greeting, offer);
}
