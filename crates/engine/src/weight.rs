//! About how much memory a person takes, so that as many stay resident as fit.
//!
//! An estimate from the shapes of what is held: names are shared between persons and count nothing, texts count with
//! their letters, and each block with what the allocator and its counters add.

use ledger::Ledger;
use model::{
    fact::{Occurrence, TraitValue},
    value::{Fields, Value},
};
use profile::held::Held;
use segment::trails::Trails;

use crate::person::{Person, PersonSide};

/// Bytes that a block has beside what is in it.
const BLOCK: usize = 24;

/// Bytes of memory that a person takes, about.
pub fn of(person: &Person) -> usize {
    let memberships = person.memberships.iter().len() * 2 * BLOCK;
    let ended = person.ended.values().map(|ended| ended.loser.iter().len() + ended.survivor.iter().len());
    let sides: usize = person.sides.iter().map(side).sum();
    size_of::<Person>() + BLOCK + memberships + 2 * BLOCK * ended.sum::<usize>() + sides
}

fn side(side: &PersonSide) -> usize {
    let facts = &side.facts;
    let identifiers = facts.identifiers.iter().map(|held| size_of::<Held>() + BLOCK + held.identifier.value.len());
    let values = facts.traits.iter().flat_map(|(_, said)| said);
    let traits = values.map(|said| size_of::<TraitValue>() + BLOCK + value(&said.value));
    let days = facts.days.iter().len() * size_of::<(i32, u32)>();
    let parts = 6 * BLOCK + size_of::<PersonSide>();
    parts + identifiers.sum::<usize>() + traits.sum::<usize>() + days + trails(&side.trails) + ledger(&side.ledger)
}

fn trails(trails: &Trails) -> usize {
    let occurrences = trails.iter().flat_map(|(_, trail)| trail);
    let occurrences = occurrences.map(|one| size_of::<Occurrence>() + fields(&one.properties));
    let topics = trails.digest().iter().map(|(topic, told)| 4 * BLOCK + topic.len() + told.counts.len() * BLOCK);
    occurrences.sum::<usize>() + topics.sum::<usize>()
}

fn ledger(ledger: &Ledger) -> usize {
    let won = ledger.won().map(|(_, moments)| 2 * BLOCK + moments.len() * size_of::<i64>());
    let stays = ledger.visit().map_or(0, |visit| visit.stays.len());
    won.sum::<usize>() + (ledger.shown().iter().len() + stays) * 4 * BLOCK + size_of_val(ledger.days())
}

fn fields(fields: &Fields) -> usize {
    let each = fields.iter().map(|(_, one)| size_of::<(Value, Value)>() + value(one));
    if fields.iter().len() == 0 { 0 } else { BLOCK + each.sum::<usize>() }
}

/// What a value takes beside its own place.
fn value(of: &Value) -> usize {
    match of {
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Time(_) => 0,
        Value::Text(text) => BLOCK + text.len(),
        Value::List(values) => BLOCK + values.iter().map(|one| size_of::<Value>() + value(one)).sum::<usize>(),
        Value::Map(map) => fields(map),
    }
}
