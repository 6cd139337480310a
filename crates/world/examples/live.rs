//! Lives a world under each policy and prints what came of it: `cargo run --release --example live -p world -- M 1`.

use std::{env, process::ExitCode};

use model::time::Timestamp;
use world::{
    Seed, Size, World,
    calendar::Day,
    policy::{Cascade, Coin, Lived, Neutral, NewestWins, Oracle, Policy, live},
};

/// 2026-01-05, a Monday.
const START: i64 = 1_767_571_200_000;

fn main() -> ExitCode {
    let mut words = env::args().skip(1);
    let size = words.next().unwrap_or_else(|| "S".to_owned());
    let seed = words.next().unwrap_or_else(|| "1".to_owned());
    let wanted = words.next();
    let (Some(size), Ok(seed)) = (size_of(&size), seed.parse::<Seed>()) else {
        eprintln!("usage: live [S|M|L|CUSTOMERSxITEMSxDAYS] [SEED] [POLICY]");
        return ExitCode::FAILURE;
    };
    let world = World::new(seed, size, Timestamp::saturating_from_millis(START));
    println!("world of {} customers, {} items, {} days made", size.customers(), size.items(), size.days());
    let policies: [(&str, &dyn Policy); 5] = [
        ("neutral", &Neutral),
        ("coin", &Coin),
        ("newest-wins", &NewestWins),
        ("cascade", &Cascade),
        ("oracle", &Oracle),
    ];
    for (name, policy) in policies {
        if wanted.as_ref().is_none_or(|wanted| wanted == name) {
            print(name, &live(&world, 0..world.people.len() as u32, Day(0), &[policy])[0]);
        }
    }
    ExitCode::SUCCESS
}

/// A size by its name or as `3000x400x365`.
fn size_of(text: &str) -> Option<Size> {
    let mut numbers = text.split('x').map(str::parse);
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(Ok(customers)), Some(Ok(items)), Some(Ok(days))) => Some(Size::of(customers, items, days)),
        _ => text.parse().ok(),
    }
}

fn print(name: &str, lived: &Lived) {
    println!("\n{name}");
    println!("  visits {}  pages {}  events {}", lived.visits, lived.pages, lived.events);
    println!(
        "  orders {} ({} gifts)  at tills {}  carts {}  returns {}",
        lived.orders, lived.gifts, lived.till_orders, lived.carts, lived.returns
    );
    println!(
        "  mails {}  opens {} ({} by machines)  clicks {}",
        lived.mails, lived.opens, lived.machine_opens, lived.clicks
    );
    println!("  treated visits {}  opt-outs {}  left for ever {}", lived.treated_visits, lived.opt_outs, lived.churned);
    println!(
        "  Gini {:.3}  conversion {:.2} %  repeat {:.1} %  basket {:.2} EUR  abandonment {:.1} %  mail clicks {:.2} %",
        lived.gini(),
        100.0 * lived.conversion(),
        100.0 * lived.repeat(),
        lived.basket(),
        100.0 * lived.abandonment(),
        100.0 * lived.mail_clicks()
    );
    println!("  profit {:.0} EUR", lived.profit / 100.0);
}
