//! How fast a session is answered: generated data in the shape of the published one, 187,000 sessions on 43,000 items.

use std::hint::black_box;

use model::time::Timestamp;
use recommend::{
    history::{Deed, Group, History, Interaction, Item, Person},
    rank::{Candidate, Cap, Rules, Source, Why, rank},
    session::{Memory, Sessions, Settings},
};

use crate::{cpu_s, now, peak_mib};

const SESSIONS: u32 = 187_000;
const ITEMS: u32 = 43_000;
const QUESTIONS: usize = 50_000;
const LIST: usize = 21;

/// Draws from one seed (`xorshift64*`, Vigna 2016).
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A session: a theme of some hundred items in which popular ones are met more often; sometimes any item.
    fn session(&mut self) -> Vec<Item> {
        let theme = (self.next() * self.next() * 430.0) as u32;
        let length = 2 + (-4.0 * (1.0 - self.next()).ln()) as usize;
        let item = |draws: &mut Self| {
            let within = (100.0 * draws.next() * draws.next() * draws.next()) as u32;
            if draws.next() < 0.1 {
                (f64::from(ITEMS) * draws.next() * draws.next()) as u32
            } else {
                theme * 100 + within
            }
        };
        (0..length.min(60)).map(|_| Item(item(self))).collect()
    }
}

/// Measures and prints.
pub(crate) fn run() {
    let (mut draws, mut history) = (Draws(6), History::default());
    for session in 0..SESSIONS {
        for (place, item) in draws.session().into_iter().enumerate() {
            let at = Timestamp::saturating_from_millis(i64::from(session) * 14_000 + place as i64 * 20_000);
            history.push(Interaction { person: Person(session), item, deed: Deed::View, group: Group(session), at });
        }
    }
    let start = cpu_s();
    let mut model = Sessions::train(&history, &[Deed::View], Settings::default());
    println!(
        "speed: {} sessions, {} clicks, {:.1} s of CPU to train, peak {:.0} MiB",
        model.sessions(),
        history.len(),
        cpu_s() - start,
        peak_mib()
    );
    let questions: Vec<Vec<Item>> = (0..QUESTIONS).map(|_| draws.session()).collect();
    let mut memory = Memory::default();
    let plain = times(&questions, |session| {
        black_box(model.next(session, LIST, &mut memory));
    });
    let with_rules = times(&questions, |session| filtered(&model, session, &mut memory));
    for (name, times_us) in [("next", &plain), ("with all rules", &with_rules)] {
        println!(
            "  {name:<16} p50 {:.0} us  p90 {:.0} us  p99 {:.0} us",
            at(times_us, 0.5),
            at(times_us, 0.9),
            at(times_us, 0.99)
        );
    }
    let (seen, start) = (history.len(), now());
    for (place, item) in questions.iter().take(100).flatten().enumerate() {
        let at = model.until();
        let group = Group(SESSIONS + place as u32 / 5);
        history.push(Interaction { person: Person(group.0), item: *item, deed: Deed::View, group, at });
    }
    model.refresh(&history, &[Deed::View], seen);
    println!("  {} new clicks taken in within {:.1} ms", history.len() - seen, start.elapsed().as_secs_f64() * 1e3);
}

/// A list with a third of the items forbidden, a pin, a cap and boosts.
fn filtered(model: &Sessions, session: &[Item], memory: &mut Memory) {
    let last = session.last().copied().unwrap_or(Item(0));
    let mut find = |most: usize| -> Vec<Candidate> {
        let next = model.next(session, most, memory);
        next.iter().map(|one| Candidate { item: one.item, score: one.score, why: Why::Session(last) }).collect()
    };
    let of = |item: Item| Some(item.0 % 50);
    let rules = Rules {
        count: LIST,
        is_allowed: &|item| item.0 % 3 != 0,
        boost: &|item| if item.0 % 7 == 0 { 1.2 } else { 1.0 },
        pins: &[recommend::rank::Pin { place: 2, item: Item(1) }],
        caps: &[Cap { of: &of, most: 4 }],
        discovery: None,
    };
    black_box(rank(&rules, &mut [Source { find: &mut find, floor: f32::NEG_INFINITY }]));
}

/// The best of three passes for each question: what it takes where no other program interrupts.
fn times(questions: &[Vec<Item>], mut ask: impl FnMut(&[Item])) -> Vec<f64> {
    let mut times_us = vec![f64::INFINITY; questions.len()];
    for _ in 0..3 {
        for (session, best_us) in questions.iter().zip(&mut times_us) {
            let start = now();
            ask(session);
            *best_us = best_us.min(start.elapsed().as_secs_f64() * 1e6);
        }
    }
    times_us.sort_unstable_by(f64::total_cmp);
    times_us
}

fn at(sorted: &[f64], share: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * share) as usize]
}
