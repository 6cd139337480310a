//! What happened between persons and items: all that models are trained from.

use model::time::Timestamp;

/// A person, by a number without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person(pub u32);

/// An item, by a number without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Item(pub u32);

impl Item {
    /// The place of the item in a list with one entry an item.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A visit or a basket: what one person did at once. Below 2³⁰.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group(pub u32);

/// What a person did with an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deed {
    /// Looked at it.
    View,
    /// Put it into the cart.
    Cart,
    /// Put it on the wish list, or saved it.
    Wish,
    /// Ordered it.
    Order,
}

/// One deed of one person with one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interaction {
    /// Who.
    pub person: Person,
    /// With what.
    pub item: Item,
    /// Did what.
    pub deed: Deed,
    /// In which visit or basket.
    pub group: Group,
    /// When, exact to a second, from 1970 to 2106.
    pub at: Timestamp,
}

/// Interactions in the order in which they arrived, 16 bytes each. That order is only what "since the last training"
/// means; when something happened is [`Interaction::at`], and models go by it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    packed: Vec<Packed>,
    persons: u32,
    items: u32,
}

/// What some persons did, as it was known and as it is: everything they did that is kept, in order of time. What stayed
/// is in the same groups.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// As it was known.
    pub before: &'a History,
    /// As it is.
    pub after: &'a History,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Packed {
    person: u32,
    item: u32,
    /// The group in the lower 30 bits, the deed above.
    group_deed: u32,
    second: u32,
}

const GROUP_BITS: u32 = 30;

impl History {
    /// Appends what arrived.
    pub fn push(&mut self, interaction: Interaction) {
        let Interaction { person, item, deed, group, at } = interaction;
        debug_assert!(group.0 >> GROUP_BITS == 0, "groups are numbered below 2^30");
        let group_deed = (group.0 & ((1 << GROUP_BITS) - 1)) | (deed as u32) << GROUP_BITS;
        let second = at.as_millis().div_euclid(1_000).clamp(0, i64::from(u32::MAX)) as u32;
        self.packed.push(Packed { person: person.0, item: item.0, group_deed, second });
        self.persons = self.persons.max(person.0.saturating_add(1));
        self.items = self.items.max(item.0.saturating_add(1));
    }

    /// How many interactions there are.
    pub fn len(&self) -> usize {
        self.packed.len()
    }

    /// Whether nothing has happened yet.
    pub fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }

    /// One more than the largest number of a person.
    pub fn persons(&self) -> usize {
        self.persons as usize
    }

    /// One more than the largest number of an item.
    pub fn items(&self) -> usize {
        self.items as usize
    }

    /// Everything, in order of arrival.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Interaction> + ExactSizeIterator + '_ {
        self.since(0)
    }

    /// What arrived after the first `seen` interactions.
    pub fn since(&self, seen: usize) -> impl DoubleEndedIterator<Item = Interaction> + ExactSizeIterator + '_ {
        self.packed.get(seen..).unwrap_or_default().iter().map(|packed| packed.open())
    }

    /// Keeps only what `keeps` says: for erasure and retention, and to put something else in its place.
    pub fn retain(&mut self, mut keeps: impl FnMut(&Interaction) -> bool) {
        self.packed.retain(|packed| keeps(&packed.open()));
    }

    /// Makes room for so many more, and a little: a history that grows a few at a time does not hold twice its memory.
    pub fn reserve(&mut self, more: usize) {
        let room = self.packed.capacity() - self.packed.len();
        if room < more {
            self.packed.reserve_exact(more + self.packed.len() / 16);
        }
    }

    /// Gives memory back that nothing stands in.
    pub fn shrink(&mut self) {
        self.packed.shrink_to_fit();
    }

    /// Bytes of memory that it holds.
    pub fn bytes(&self) -> usize {
        self.packed.capacity() * size_of::<Packed>()
    }
}

impl FromIterator<Interaction> for History {
    fn from_iter<I: IntoIterator<Item = Interaction>>(interactions: I) -> Self {
        let mut history = Self::default();
        interactions.into_iter().for_each(|interaction| history.push(interaction));
        history
    }
}

impl Packed {
    fn open(self) -> Interaction {
        let deed = match self.group_deed >> GROUP_BITS {
            0 => Deed::View,
            1 => Deed::Cart,
            2 => Deed::Wish,
            _ => Deed::Order,
        };
        Interaction {
            person: Person(self.person),
            item: Item(self.item),
            deed,
            group: Group(self.group_deed & ((1 << GROUP_BITS) - 1)),
            at: Timestamp::saturating_from_millis(i64::from(self.second) * 1_000),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let deeds = [Deed::View, Deed::Cart, Deed::Wish, Deed::Order];
        let made = deeds.map(|deed| Interaction {
            person: Person(7),
            item: Item(u32::MAX - 1),
            deed,
            group: Group((1 << GROUP_BITS) - 1),
            at: Timestamp::saturating_from_millis(4_000_000_000_000),
        });
        let mut history: History = made.into_iter().collect();
        assert_eq!(history.iter().collect::<Vec<_>>(), made);
        assert_eq!(history.since(3).collect::<Vec<_>>(), made[3..]);
        assert_eq!((history.persons(), history.items(), history.since(9).len()), (8, u32::MAX as usize, 0));
        history.retain(|one| one.deed == Deed::Cart);
        assert_eq!(history.iter().collect::<Vec<_>>(), [made[1]]);
    }

    #[test]
    fn an_interaction_takes_16_bytes() {
        assert_eq!(size_of::<Packed>(), 16);
    }
}
