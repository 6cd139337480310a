//! How long a question takes. Run it by itself: `cargo test --release -p suggest -- --ignored --nocapture speed`.

use suggest::Algorithm;

use crate::world::{Draws, Someone, World, ago, item, minutes_ago, recommender};

#[test]
#[ignore = "it measures"]
#[expect(clippy::disallowed_methods, reason = "it measures")]
fn the_speed_of_questions() {
    let (mut draws, words) = (Draws(9), 400);
    let made = |number: u32| {
        let mut word = || format!("word{}", draws.below(words));
        let title = (0..6).map(|_| word()).collect::<Vec<_>>().join(" ");
        let mut made =
            item(&format!("i{number}"), &title, &["All", &format!("c{}", number % 60)], 10 + u64::from(number % 300));
        made.brand = Some(format!("b{}", number % 40));
        let text = made.texts.get_mut("en").unwrap();
        text.description = (0..40).map(|_| word()).collect::<Vec<_>>().join(" ");
        made
    };
    let items: Vec<_> = (0..5_000).map(made).collect();
    let started = std::time::Instant::now();
    let mut world = World::of(items);
    println!("catalog and features of 5,000 items: {:?}", started.elapsed());
    let mut draws = Draws(10);
    let mut person = |_| {
        let taste = draws.below(60);
        let mut someone = Someone::new();
        for basket in 0..4 {
            let mut one = || format!("i{}", taste + 60 * (draws.below(80)));
            let ids = [one(), one(), one()];
            for (minute, id) in ids.iter().enumerate() {
                someone =
                    someone.viewed(id, ago(20 * basket + 1).minus(model::time::Span::MINUTE.times(9 - minute as i64)));
            }
            someone = someone.ordered(&ids, ago(20 * basket + 1));
        }
        someone
    };
    let people: Vec<Someone> = (0..3_000).map(&mut person).collect();
    let started = std::time::Instant::now();
    world.train(&people);
    println!(
        "training on {} deeds: {:?}, {} bytes",
        world.models.interactions(),
        started.elapsed(),
        world.models.bytes()
    );
    let asked: Vec<Someone> = people[..200]
        .iter()
        .map(|someone| someone.clone().viewed("i61", minutes_ago(3)).viewed("i121", minutes_ago(1)))
        .collect();
    for algorithm in Algorithm::ALL {
        let row = recommender(&[algorithm], 10);
        let mut times: Vec<_> = asked
            .iter()
            .cycle()
            .take(600)
            .map(|someone| {
                let started = std::time::Instant::now();
                std::hint::black_box(world.ask(&row, someone, &[("shop.item", "i1")]));
                started.elapsed()
            })
            .collect();
        times.sort();
        println!("{:>16}: median {:?}, 99 % {:?}", algorithm.word(), times[300], times[594]);
    }
}
