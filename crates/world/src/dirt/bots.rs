//! Programs that visit the site.

use model::time::Span;

use crate::{
    World,
    calendar::Day,
    draws::{Draws, Entity, Purpose},
    emission::{Claims, Emission, Feed, Happening},
    person::{Consents, household::id_of},
};

/// Share of visits that programs make.
pub const BOTS: f64 = 0.03;

/// The most that may come on a day; the numbers of two days must not meet.
const MOST_A_DAY: u32 = 1 << 20;

/// Programs that say what they are, and such as pass for browsers.
const HONEST: [&str; 4] = [
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "python-requests/2.32.3",
];
const DISGUISED: [&str; 2] = [
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
];

/// Share that says what it is, and share that accepts all in the banner.
const HONEST_SHARE: f64 = 0.55;
const ACCEPTING: f64 = 0.5;

/// What programs send on a day, in order of time. Their devices are nobody's.
pub fn bots(world: &World, day: Day) -> Vec<Emission> {
    let there = world.people.iter().filter(|person| person.joins <= day);
    let visits: f64 = there.map(|person| f64::from(person.visits_a_day)).sum();
    let expected = visits * BOTS / (1.0 - BOTS);
    let mut draws = world.seed.draws(Entity::Bot(MOST_A_DAY), day.0, Purpose::Arrival);
    // The part behind the point is a chance of one more.
    let count = (expected as u32 + u32::from(draws.chance(expected - libm::floor(expected)))).min(MOST_A_DAY);
    let mut emissions = Vec::new();
    for number in 0..count {
        visit(world, day, &mut world.seed.draws(Entity::Bot(number), day.0, Purpose::Browse), &mut emissions);
    }
    emissions.sort_by_key(|emission| emission.sent_at);
    emissions
}

/// One visit of a program: many products, one after the other, faster than anybody reads.
fn visit(world: &World, day: Day, draws: &mut Draws, emissions: &mut Vec<Emission>) {
    let is_honest = draws.chance(HONEST_SHARE);
    let agents: &[&'static str] = if is_honest { &HONEST } else { &DISGUISED };
    let user_agent = draws.one_of(agents).copied();
    let device = id_of(draws);
    // It ends before midnight.
    let mut at = world.calendar.at(day, draws.below(23 * Span::HOUR.as_millis() as usize) as i64);
    let pause = if is_honest { 2_000 } else { 150 + draws.below(700) as i64 };
    let mut number = 0_u32;
    let mut send = |at, what| {
        let claims = Claims { device: Some(device.clone()), ..Claims::default() };
        let message = format!("{device}-{number}");
        let emission = Emission::new(Feed::Web, message, at, day, what).about(claims);
        emissions.push(Emission { user_agent, ..emission });
        number += 1;
    };
    if draws.chance(ACCEPTING) {
        let all = Consents { site: true, email: false, email_open: false, phone: false, ads: true, measurement: true };
        send(at, Happening::Consent(all));
    }
    for _ in 0..2 + draws.log_normal(6.0, 0.9).min(80.0) as u32 {
        let Some(item) = world.catalog.items.get(draws.below(world.catalog.items.len())) else { return };
        let mut page = |path| send(at, Happening::Page { path, referrer: None, keyword: None });
        if draws.chance(0.2) {
            page(format!("/{}", world.catalog.category(item.category).slug));
            send(at, Happening::ListViewed(item.category));
        } else if item.is_sold_on(day) {
            page(format!("/p/item-{:05}", item.id.0));
            send(at, Happening::Viewed(item.id));
        }
        at = at.plus(Span::from_millis(pause));
    }
}
