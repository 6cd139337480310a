//! How long a request takes and how much memory the rules take: `cargo test --release -p context -- --ignored
//! --nocapture`. Prints; figures on shared machines are no test.

use std::{fs, hint::black_box, time::Instant};

use context::{ClientHints, Recognizer, Request, Settings};

use crate::{
    asking::{fields, map, silent},
    mmdb::{self, KNOWN, Shape},
};

const ROUNDS: u32 = 20_000;

#[test]
#[ignore = "prints what it measures"]
#[expect(clippy::disallowed_methods, reason = "a measurement needs a clock")]
fn time_and_memory() {
    let before_kb = resident_kb();
    let places = Some(mmdb::places(Shape::Nested));
    let recognizer = Recognizer::new(Settings { places, ..Settings::default() });
    let start = Instant::now();
    recognizer.warm();
    println!("compile the rules: {:?}, {} kB resident", start.elapsed(), resident_kb() - before_kb);

    let page = map([
        ("url", "https://shop.example/boots?utm_source=news&utm_medium=email&utm_campaign=spring".into()),
        ("referrer", "https://www.google.com/".into()),
    ]);
    let body = fields([
        ("page", page),
        ("locale", "fr-FR".into()),
        ("timezone", "Europe/Paris".into()),
        ("shop", map([("store", "brest".into()), ("weather", "rain".into())])),
    ]);
    let request = Request {
        client_hints: ClientHints {
            brands: r#""Google Chrome";v="131", "Chromium";v="131", "Not_A Brand";v="24""#,
            mobile: "?1",
            platform: r#""Android""#,
            ..ClientHints::default()
        },
        accept_language: "fr-FR,fr;q=0.9,en-US;q=0.8,en;q=0.7",
        ip: Some(KNOWN.parse().unwrap()),
        body_context: &body,
        ..silent()
    };
    // A new version each round is an agent not seen before.
    let agents: Vec<String> = (0..ROUNDS)
        .map(|n| {
            format!(
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.{n}.0 Mobile Safari/537.36"
            )
        })
        .collect();
    let measure = |name: &str, agent: &dyn Fn(u32) -> usize| {
        let start = Instant::now();
        for round in 0..ROUNDS {
            black_box(recognizer.recognize(&Request { user_agent: &agents[agent(round)], ..request }));
        }
        println!("{name}: {:?} a request, {} kB resident", start.elapsed() / ROUNDS, resident_kb() - before_kb);
    };
    measure("user agents not seen before", &|round| round as usize);
    let part = |name: &str, request: &Request<'_>| {
        let start = Instant::now();
        for _ in 0..ROUNDS {
            black_box(recognizer.recognize(request));
        }
        println!("  {name}: {:?}", start.elapsed() / ROUNDS);
    };
    part("nothing", &silent());
    part("its agent", &Request { user_agent: &agents[0], ..silent() });
    part("its hints", &Request { client_hints: request.client_hints, ..silent() });
    part("its languages", &Request { accept_language: request.accept_language, ..silent() });
    part("its address", &Request { ip: request.ip, ..silent() });
    part("its zone", &Request { zone: "Europe/Paris", ..silent() });
    part("its body", &Request { body_context: &body, ..silent() });
    measure("one user agent", &|_| 0);
    measure("a thousand user agents in turn", &|round| round as usize % 1_000);
}

/// What this process holds in memory, as Linux counts it.
fn resident_kb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
