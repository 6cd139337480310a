use model::time::Span;
use recommend::{
    history::{Deed, Item},
    session::{Memory, Sessions, Settings},
};

use crate::shop::{Book, Draws, day, numbers};

/// Sessions of five items within one of twenty themes; of each theme item 3 comes right after item 2.
fn themed(sessions: u32) -> Book {
    let (mut book, mut draws) = (Book::default(), Draws(4));
    for session in 0..sessions {
        let theme = draws.below(20) * 10;
        let mut items: Vec<u32> = (0..4).map(|_| theme + draws.below(10)).collect();
        items.extend([theme + 2, theme + 3]);
        book.look(session, day(1).plus(Span::MINUTE.times(i64::from(session) * 10)), &items);
    }
    book
}

fn items(numbers: &[u32]) -> Vec<Item> {
    numbers.iter().copied().map(Item).collect()
}

#[test]
fn the_next_item_is_of_the_theme_and_in_its_order() {
    let model = Sessions::train(&themed(1_000).history, &[Deed::View], Settings::default());
    let mut memory = Memory::default();
    for theme in [0, 50, 190] {
        let next = numbers(model.next(&items(&[theme + 7, theme + 2]), 5, &mut memory).iter().map(|one| one.item));
        assert_eq!(next[0], theme + 3, "{next:?}");
        assert!(next.iter().all(|item| (theme..theme + 10).contains(item) && *item != theme + 2), "{next:?}");
    }
}

#[test]
fn the_newest_click_counts_at_once() {
    let model = Sessions::train(&themed(1_000).history, &[Deed::View], Settings::default());
    let mut memory = Memory::default();
    let mut of = |session: &[u32]| numbers(model.next(&items(session), 10, &mut memory).iter().map(|one| one.item));
    let (before, after) = (of(&[11, 12]), of(&[11, 12, 71]));
    assert!(before.iter().all(|item| item / 10 == 1), "{before:?}");
    assert!(after.iter().filter(|item| **item / 10 == 7).count() >= 3, "{after:?}");
}

#[test]
fn what_is_taken_in_later_is_known_as_if_it_had_always_been() {
    let mut book = themed(400);
    let seen = book.history.len();
    let mut model = Sessions::train(&book.history, &[Deed::View], Settings::default());
    let mut memory = Memory::default();
    assert!(model.next(&items(&[900]), 5, &mut memory).is_empty(), "never seen");
    (0..3).for_each(|session| book.look(5_000 + session, day(9), &[900, 901, 3]));
    model.refresh(&book.history, &[Deed::View], seen);
    let anew = Sessions::train(&book.history, &[Deed::View], Settings::default());
    for session in [&[900][..], &[17, 3], &[3, 900]] {
        // Weights are fitted at a training only, so what is compared is what is found, not its order.
        let [mut refreshed, mut trained] = [&model, &anew]
            .map(|model| numbers(model.next(&items(session), 1_000, &mut memory).iter().map(|one| one.item)));
        refreshed.sort_unstable();
        trained.sort_unstable();
        assert_eq!(refreshed, trained);
        assert!(refreshed.contains(&901), "{refreshed:?}");
    }
    let first = model.next(&items(&[900]), 1, &mut memory);
    assert_eq!((first[0].item, model.sessions()), (Item(901), 403));
}

#[test]
fn a_long_session_and_an_unknown_item_are_answered() {
    let model = Sessions::train(&themed(400).history, &[Deed::View], Settings::default());
    let mut memory = Memory::default();
    let long: Vec<u32> = (0..500).map(|place| place % 200).chain([42]).collect();
    let next = model.next(&items(&long), 20, &mut memory);
    assert_eq!(next.len(), 20);
    assert!(next.iter().all(|one| one.score.is_finite() && one.item != Item(42)));
    let next = model.next(&items(&[42, u32::MAX - 1]), 5, &mut memory);
    assert!(next.iter().all(|one| one.item.0 / 10 == 4), "the item before the unknown one still speaks: {next:?}");
    assert!(model.next(&[], 5, &mut memory).is_empty());
    let empty = Sessions::train(&Book::default().history, &[Deed::View], Settings::default());
    assert!(empty.next(&items(&[1]), 5, &mut memory).is_empty());
}
