//! What some persons did, put in place of what was known of them.

use recommend::history::{self, Deed, Group, History, Interaction, Item, Person};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Gathered, Places, Who};

/// What came and went.
#[derive(Debug, Default)]
pub struct Change {
    before: History,
    after: History,
    came: usize,
    went: usize,
}

impl Change {
    /// How many deeds are new.
    pub fn came(&self) -> usize {
        self.came
    }

    /// How many deeds were known and are not there any more.
    pub fn went(&self) -> usize {
        self.went
    }

    pub(crate) fn of_history(&self) -> history::Change<'_> {
        history::Change { before: &self.before, after: &self.after }
    }
}

/// What makes a deed the same as another of the same person.
type Mark = (i64, Item, Deed);

fn mark(one: &Interaction) -> Mark {
    (one.at.as_millis(), one.item, one.deed)
}

impl Gathered {
    /// Puts what some persons did in place of what was known of them: `now` holds everything that those of `whom` did as
    /// far as it is learned from, and nobody else. Whoever is not in it goes. What somebody did before stays in its visit
    /// or order, so that what is built on them need not be built anew. Costs as much as what these persons did, and one
    /// look at the whole.
    pub fn replace(&mut self, whom: &FxHashSet<Who>, now: &Gathered) -> Change {
        let known = self.take_out(whom);
        let numbers: FxHashMap<Person, Who> = now.numbers.iter().map(|(who, person)| (*person, *who)).collect();
        let places = self.places_of(&now.places);
        let mut change = Change::default();
        self.history.reserve(now.history.len());
        let rows: Vec<(Interaction, u16)> = now.history.iter().zip(now.at.iter().copied()).collect();
        for deeds in rows.chunk_by(|a, b| a.0.person == b.0.person) {
            let Some(who) = numbers.get(&deeds[0].0.person) else { continue };
            let old = known.get(who).map(Vec::as_slice).unwrap_or_default();
            let person = match self.numbers.get(who) {
                Some(person) => *person,
                None => self.next_person(*who),
            };
            let (groups, matched) = self.groups_of(old, deeds);
            change.came += deeds.len() - matched;
            change.went += old.len() - matched;
            for ((one, place), group) in deeds.iter().zip(groups) {
                let one = Interaction { person, group, ..*one };
                self.history.push(one);
                change.after.push(one);
                self.at.push(places[usize::from(*place)]);
            }
        }
        let is_there: FxHashSet<Who> = now.numbers.keys().copied().collect();
        for (who, old) in known {
            if !is_there.contains(&who) {
                self.numbers.remove(&who);
                change.went += old.len();
            }
            old.into_iter().for_each(|one| change.before.push(one));
        }
        change
    }

    /// Takes out what some persons did.
    fn take_out(&mut self, whom: &FxHashSet<Who>) -> FxHashMap<Who, Vec<Interaction>> {
        let going: FxHashMap<Person, Who> =
            whom.iter().filter_map(|who| Some((*self.numbers.get(who)?, *who))).collect();
        let mut known: FxHashMap<Who, Vec<Interaction>> = FxHashMap::default();
        if going.is_empty() {
            return known;
        }
        let mut is_going = vec![false; self.persons as usize];
        going.keys().for_each(|person| is_going[person.0 as usize] = true);
        let (at, mut place, mut kept) = (&mut self.at, 0, 0);
        self.history.retain(|one| {
            let stays = !is_going[one.person.0 as usize];
            if stays {
                at[kept] = at[place];
                kept += 1;
            } else {
                known.entry(going[&one.person]).or_default().push(*one);
            }
            place += 1;
            stays
        });
        self.at.truncate(kept);
        known
    }

    /// The groups of what somebody did: a visit or an order goes on under the number by which something of it is known.
    /// And how many deeds are known.
    fn groups_of(&mut self, old: &[Interaction], deeds: &[(Interaction, u16)]) -> (Vec<Group>, usize) {
        let mut known: FxHashMap<Mark, Vec<Group>> = FxHashMap::default();
        old.iter().rev().for_each(|one| known.entry(mark(one)).or_default().push(one.group));
        let matched: Vec<Option<Group>> =
            deeds.iter().map(|(one, _)| known.get_mut(&mark(one)).and_then(Vec::pop)).collect();
        let (mut of_group, mut used) = (FxHashMap::<Group, Group>::default(), FxHashSet::default());
        for ((one, _), matched) in deeds.iter().zip(&matched) {
            if let Some(group) = matched
                && !of_group.contains_key(&one.group)
                && used.insert(*group)
            {
                of_group.insert(one.group, *group);
            }
        }
        let mut group = |one: &Interaction| *of_group.entry(one.group).or_insert_with(|| Group(self.next_group()));
        let groups = deeds.iter().map(|(one, _)| group(one)).collect();
        (groups, matched.iter().flatten().count())
    }

    /// The number here of each place there.
    fn places_of(&mut self, there: &Places) -> Vec<u16> {
        there.contexts.iter().map(|contexts| self.places.number(*contexts)).collect()
    }
}
