use model::time::Timestamp;
use recommend::{
    complement::{self, Complements},
    content::{Contents, Feature},
    habit::Takings,
    history::{Change, Deed, History, Item},
    neighbor::{Neighbors, Settings, Together, Within, touched},
    popularity::{ByContext, Context, Popularity},
};

use crate::shop::{Book, Draws, day, numbers};

/// 400 buyers of 100 items at random, the first five bought by everybody; of each planted pair (20 + n, 60 + n) the
/// second goes with the first.
fn planted() -> Book {
    let (mut book, mut draws) = (Book::default(), Draws(1));
    for basket in 0..1_200 {
        let mut items = vec![draws.below(5), draws.below(5), draws.below(100)];
        let first = 20 + draws.below(20);
        items.push(first);
        if draws.below(10) < 4 {
            items.push(first + 40);
        }
        items.sort_unstable();
        items.dedup();
        book.order(basket % 400, i64::from(basket / 8), &items);
    }
    book
}

/// towards REC-04: planted pairs are in the top five, bestsellers are not.
#[test]
fn also_bought_finds_the_planted_pairs_and_not_the_bestsellers() {
    let book = planted();
    let together = Together::of(&book.history, &[Deed::Order], Within::Group);
    let neighbors = Neighbors::train(&together, Settings::ALSO_BOUGHT);
    let found = |item: u32| numbers(neighbors.of(Item(item)).iter().take(5).map(|one| one.item)).contains(&(item + 40));
    let hits = (20..40).filter(|item| found(*item)).count();
    assert!(hits >= 18, "{hits} of 20");
    let bestsellers = (20..40).filter(|item| neighbors.of(Item(*item))[0].item.0 < 5).count();
    assert_eq!(bestsellers, 0);
    let bare = Neighbors::train(&together, Settings { correction: 0.0, doubt: 0.0, kept: 5 });
    assert!((20..40).filter(|item| bare.of(Item(*item))[0].item.0 < 5).count() > 0, "without correction they are");
}

#[test]
fn neighbors_that_are_refreshed_equal_neighbors_that_are_trained() {
    let mut book = planted();
    let seen = book.history.len();
    let within = Within::Group;
    let mut refreshed = Neighbors::train(
        &Together::of(&book.history, &[Deed::Order], within),
        Settings { correction: 0.0, ..Settings::default() },
    );
    book.order(7, 500, &[50, 51, 99]);
    book.order(8, 501, &[50, 120]);
    let together = Together::of(&book.history, &[Deed::Order], within);
    let after: History = book.history.since(seen).collect();
    let touched = touched(&Change { before: &History::default(), after: &after }, &[Deed::Order], within);
    assert_eq!(numbers(touched.iter().copied()), [50, 51, 99, 120]);
    let settings = Settings { correction: 0.0, ..Settings::default() };
    refreshed.refresh(&together, &touched, settings);
    assert_eq!(refreshed, Neighbors::train(&together, settings));
    assert!(numbers(refreshed.of(Item(50)).iter().map(|one| one.item)).contains(&120));
}

/// towards REC-07: what is bought after boots is for boots; boots are not for what is bought after them.
#[test]
fn complements_go_one_way() {
    let (mut book, mut draws) = (Book::default(), Draws(2));
    let (boots, care, socks) = (30, 31, 32);
    for person in 0..300 {
        book.order(person, i64::from(draws.below(50)), &[draws.below(30)]);
        if person % 3 == 0 {
            book.order(person, 60, &[boots]);
            book.order(person, 70 + i64::from(draws.below(30)), &[care, draws.below(30)]);
            book.order(person, 110, &[socks]);
        }
    }
    let takings = Takings::of(&book.history, &[Deed::Order], Timestamp::MAX);
    let complements = Complements::train(&takings, day(200), complement::Settings::default());
    let mut after = numbers(complements.of(Item(boots)).iter().take(2).map(|one| one.item));
    after.sort_unstable();
    assert_eq!(after, [care, socks]);
    assert!(!numbers(complements.of(Item(care)).iter().map(|one| one.item)).contains(&boots));
    assert!(numbers(complements.of(Item(care)).iter().map(|one| one.item)).contains(&socks));
}

/// towards REC-02: an item with no event has neighbors by what it is, and is one of theirs as soon as it is known.
#[test]
fn a_new_item_is_among_its_like_at_once() {
    let mut contents = Contents::default();
    let feature = |number: u32| (Feature(number), 1.0);
    for item in 0..60 {
        // A use, a price band, and a word of its own; feature 99 is had by all and says nothing.
        contents.set(Item(item), &[feature(item % 6), feature(10 + item % 5), feature(100 + item), feature(99)]);
    }
    let mut alike = contents.alike(10);
    contents.set(Item(60), &[feature(2), feature(11), feature(99)]);
    let found = contents.similar(Item(60), 5);
    assert_eq!(found.len(), 5);
    assert!(found.iter().all(|one| one.item.0 % 6 == 2), "{found:?}");
    assert!(contents.likeness(Item(60), Item(5)) < 0.5 * found[4].score, "another use, the same price");
    alike.insert(Item(60), contents.similar(Item(60), 10), 10);
    assert_eq!(alike.of(Item(60)), contents.similar(Item(60), 10));
    assert!(alike.of(found[0].item).iter().any(|one| one.item == Item(60)));
    contents.remove(Item(60));
    assert!(contents.similar(Item(60), 5).is_empty() && contents.likeness(Item(60), Item(2)) == 0.0);
}

#[test]
fn what_is_taken_more_than_before_trends() {
    let mut book = Book::default();
    for person in 0..200 {
        book.order(person, i64::from(person % 60), &[1]);
        if person < 40 {
            book.order(person, 55, &[2]);
        }
        if person >= 150 {
            book.order(person, 10, &[3]);
        }
    }
    let takings = Takings::of(&book.history, &[Deed::Order], Timestamp::MAX);
    let popularity = Popularity::train(&takings, day(60));
    assert_eq!(popularity.top_ever(2)[0].item, Item(1));
    assert_eq!(popularity.trending(1)[0].item, Item(2));
    assert!(!numbers(popularity.trending(9).iter().map(|one| one.item)).contains(&3));
    assert_eq!((popularity.ever(Item(3)), popularity.lately(Item(3))), (50.0, [0.0, 0.0, 50.0]));
}

/// towards REC-12: where a context differs its own favorites lead; where little is known everybody's do.
#[test]
fn a_context_has_its_own_favorites_once_it_is_known() {
    let mut popular = ByContext::default();
    (0..1_000).for_each(|count| popular.count(Context(1), Item(count % 10)));
    (0..300).for_each(|_| popular.count(Context(2), Item(50)));
    popular.count(Context(3), Item(7));
    assert_eq!(popular.top(Context(2), 1)[0].item, Item(50));
    let unknown = popular.top(Context(9), 3);
    assert_eq!(popular.top(Context(3), 1)[0].item, unknown[0].item, "one taking says little");
    popular.fade(0.000_01);
    assert!(popular.top(Context(2), 1).is_empty());
}
