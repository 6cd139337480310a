//! Full feeds: what they would do is known before they do anything.

use catalog::catalog::Catalog;
use ingest::{
    feed::{
        Fed, Feed,
        plan::{Counts, FeedPlan, Verdict},
    },
    input::BytesRead,
};

use crate::{feeds::settings, folder::Folder};

fn table(ids: impl Iterator<Item = u32>) -> String {
    let rows: String = ids.map(|id| format!("item-{id},Item {id},{}.50 EUR\n", id + 1)).collect();
    format!("id,title,price\n{rows}")
}

/// What a feed would do, and the codes of what is bad in it.
fn plan(catalog: &Catalog, text: &str) -> (Verdict, Vec<&'static str>) {
    let folder = Folder::new();
    let mut feed = Feed::open(&folder.write("feed.csv", text), None, settings(), BytesRead::default()).unwrap();
    let (mut plan, mut bad) = (FeedPlan::new(catalog), Vec::new());
    loop {
        let fed = feed.read().unwrap();
        bad.extend(plan.see(&fed).map(|bad| bad.code));
        if matches!(fed, Fed::End | Fed::Cut(_)) {
            return (plan.verdict(), bad);
        }
    }
}

fn with_items(count: u32) -> Catalog {
    let folder = Folder::new();
    let path = folder.write("feed.csv", table(0..count));
    let mut feed = Feed::open(&path, None, settings(), BytesRead::default()).unwrap();
    let mut catalog = Catalog::default();
    while let Fed::Told(told) = feed.read().unwrap() {
        catalog.apply(&told.change, told.as_of).unwrap();
    }
    catalog
}

#[test]
fn a_full_feed_is_compared_with_what_is_there() {
    let mut catalog = with_items(100);
    let text = table((5..105).chain([7])).replace("Item 50,", "Item fifty,");
    let (verdict, bad) = plan(&catalog, &text);
    assert_eq!(bad, ["TWICE"], "the first one stands");
    let Verdict::Apply(planned) = verdict else { panic!("{verdict:?}") };
    let counts = Counts { added: 5, changed: 1, unchanged: 94, removed: 5, bad: 1 };
    assert_eq!(planned.counts, counts);
    let removals: Vec<_> = planned.removals(&catalog).collect();
    for change in &removals {
        catalog.apply(change, settings().told_at).unwrap();
    }
    assert_eq!((removals.len(), catalog.len()), (5, 95));
}

#[test]
fn a_feed_that_shrinks_by_more_than_a_fifth_is_held() {
    let catalog = with_items(100);
    assert!(matches!(plan(&catalog, &table(20..100)).0, Verdict::Apply(_)));
    assert!(matches!(plan(&catalog, &table(21..100)).0, Verdict::Held(planned) if planned.counts.removed == 21));
    assert!(matches!(plan(&catalog, &table(21..101)).0, Verdict::Apply(_)), "a new one makes up for one that is gone");
    assert!(matches!(plan(&catalog, "id,title,price\n").0, Verdict::Held(_)));
    assert!(matches!(plan(&Catalog::default(), &table(0..3)).0, Verdict::Apply(_)));
    // Of a feed whose prices nobody can read nothing is removed in silence.
    let unreadable = table(0..100).replace(".50 EUR", ".50 euros each");
    assert!(matches!(plan(&catalog, &unreadable).0, Verdict::Held(planned) if planned.counts.bad == 100));
}

// proves COL-14: what breaks the contract of a feed goes to quarantine with the reason, and never into the catalog
#[test]
fn of_a_feed_that_is_cut_nothing_is_applied() {
    let catalog = with_items(10);
    let text = table(0..10);
    let (verdict, bad) = plan(&catalog, &text[..text.len() - 12]);
    assert!(matches!(verdict, Verdict::Refused(cut) if cut.code == "FILE_CUT"));
    assert_eq!(bad, ["FILE_CUT"]);
    let unread = FeedPlan::new(&catalog).verdict();
    assert!(matches!(unread, Verdict::Refused(cut) if cut.code == "FILE_CUT"), "nobody read it to its end");
}

#[test]
fn ids_that_come_twice_are_found_among_new_and_known_ones() {
    let (verdict, bad) = plan(&with_items(2), &table([0, 5, 5, 0, 1].into_iter()));
    assert_eq!(bad, ["TWICE", "TWICE"]);
    assert!(matches!(verdict, Verdict::Apply(planned) if planned.counts.added == 1 && planned.counts.unchanged == 2));
}
